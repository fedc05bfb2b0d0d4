import type { Attributes } from '../../../db/catalogue.ts';
import { definitionOf } from './catalogued.ts';

/** A version, and of its app what is shown with it. */
export interface ShownVersion {
  version: { version: string | null; attributes: Attributes; createdAt: Date };
  app: { key: string | null; visibility: 'private' | 'public' };
}

/** `attributes` is the definition and nothing else, so that it may be changed and sent back. */
export const presentAvailable = ({ version, app }: ShownVersion) => {
  const id = `${app.key}-${version.version}`;
  return {
    type: 'app_available',
    id,
    attributes: { ...definitionOf(version), visibility: app.visibility },
    links: { self: `/v1/apps/available/${id}` },
    meta: { createdAt: version.createdAt },
  };
};
