import type { Attributes } from '../../../db/catalogue.ts';
import { definitionOf } from './catalogued.ts';
import { publicDefinition } from './public-definition.ts';

/** A version, and of its app what is shown with it. */
export interface ShownVersion {
  version: { version: string | null; attributes: Attributes; createdAt: Date };
  app: { key: string | null; visibility: 'private' | 'public'; accountId: number };
}

/**
 * `attributes` is the definition and nothing else, so that it may be changed and sent back.
 *
 * @param viewerId the account that asks: only the owner sees what may be a secret.
 */
export const presentAvailable = ({ version, app }: ShownVersion, viewerId: number) => {
  const id = `${app.key!}-${version.version!}`;
  const definition = definitionOf(version);
  const shown = app.accountId === viewerId ? definition : publicDefinition(definition);
  return {
    type: 'app_available',
    id,
    attributes: { ...shown, visibility: app.visibility },
    links: { self: `/v1/apps/available/${id}` },
    meta: { createdAt: version.createdAt },
  };
};
