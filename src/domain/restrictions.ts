/** Id or name of a group or role. Numbers are in old rows only; they mean their text. */
export type Restriction = string | number;

export interface Restricted {
  state: string;
  /** What the admin wants. */
  enabled: boolean;
  groupRestrictions: Restriction[];
  roleRestrictions: Restriction[] | null;
}

export interface Viewer {
  role: string;
  groups: string[];
}

/** Active: wanted, and nothing left to provision. */
export const isActive = ({ enabled, state }: Pick<Restricted, 'enabled' | 'state'>): boolean =>
  enabled && state === 'installed';

/**
 * Whether somebody can use an installation: it is active, and each kind of restriction there is names the user's role
 * or one of the user's groups. An empty list, or none, restricts nobody.
 */
export const isServable = (installation: Restricted, { role, groups }: Viewer): boolean =>
  isActive(installation) &&
  permits(installation.roleRestrictions ?? [], [role]) &&
  permits(installation.groupRestrictions, groups);

const permits = (restrictions: Restriction[], own: string[]): boolean =>
  restrictions.length === 0 || restrictions.some((restriction) => own.includes(String(restriction)));
