import semver from 'semver';
import type { CatalogueVersion } from '../../../db/catalogue.ts';
import { findVersionAttribute, listVersionOutlines } from '../../../db/catalogue-versions.ts';
import type { ReadVersions } from '../../../use-cases/catalogue/change-app.ts';

/** Each may have a mebibyte, which the database has to unpack. */
const AT_ONCE = 20;

/** What a version says of roles, where {@link readEarlier} has asked it. */
export const rolesOf = ({ attributes }: CatalogueVersion): string[] | undefined =>
  (attributes['roles'] as string[] | null | undefined) ?? undefined;

/**
 * The versions of an app as the one after them is held against them: their numbers, and of the highest one that says
 * something of roles what it says.
 */
export const readEarlier: ReadVersions = async (tx, { id: appId }) => {
  const versions = await listVersionOutlines(tx, appId);
  const highestFirst = versions.toSorted((one, other) => semver.rcompare(one.version!, other.version!));
  for (let start = 0; start < highestFirst.length; start += AT_ONCE) {
    const some = highestFirst.slice(start, start + AT_ONCE);
    const roles = await findVersionAttribute(tx, appId, { ids: some.map(({ id }) => id), name: 'roles' });
    const stating = some.find(({ id }) => Array.isArray(roles.get(id)));
    if (stating) {
      stating.attributes = { roles: roles.get(stating.id) };
      break;
    }
  }
  return versions;
};
