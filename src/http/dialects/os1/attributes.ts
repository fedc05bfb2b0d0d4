import type { CatalogueVersion } from '../../../db/catalogue.ts';

export const appTypes = ['WEB', 'BACKEND', 'MOBILE'] as const;
export type AppType = (typeof appTypes)[number];

export const permissionTypes = ['ALLOW', 'DENY'] as const;

/** Who sees the app once it is live. */
export interface AppVisibility {
  isPrivate?: boolean;
  permissionType?: (typeof permissionTypes)[number];
  /** Short names of organizations. */
  orgIdentifiers?: string[];
}

export const urlNames = [
  'relativePath',
  'stackId',
  'server',
  'interface',
  'admin',
  'setting',
  'userGuide',
  'gitInfo',
] as const;
type AppUrls = Partial<Record<(typeof urlNames)[number], string>>;

interface MenuItem {
  displayName: string;
  /** 0, or none: it is not shown. */
  displayOrder?: number;
  relativePath: string;
}

/** What a developer says of a version, under the names that clients know; what is not there was not said or removed. */
export interface AppAttributes {
  displayName: string;
  type: AppType;
  listingId: string;
  isConsoleCompatible: boolean;
  visibility?: AppVisibility;
  url?: AppUrls;
  shortDescription?: string;
  longDescription?: string;
  categories?: string[];
  menu?: MenuItem[];
  packageName?: string;
}

// Nobody but this door writes them.
export const attributesOf = ({ attributes }: CatalogueVersion): AppAttributes => attributes as unknown as AppAttributes;
