import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { ForbiddenError } from '../../../errors.ts';
import { changeApp } from '../../../use-cases/catalogue/change-app.ts';
import { definitionOf, describeApp, titleOf } from './catalogued.ts';
import type { Definition, Listing } from './definition.ts';
import { checkSize } from './definition-size.ts';
import { findVersion, getVersion, notFound, type FoundVersion } from './find-app.ts';
import { KIND } from './kind.ts';
import type { AppVersion } from './names.ts';
import type { Organisation } from './organisation.ts';

export interface EditListingInput {
  actor: Actor;
  organisation: Organisation;
  named: AppVersion;
  listing: Listing;
}

/**
 * Changes how a version is listed; everything else of it stays for ever.
 *
 * @throws NotFoundError for what the organisation cannot see, ForbiddenError for the app of another one.
 */
export const editListing = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { actor, organisation, named, listing }: EditListingInput,
): Promise<FoundVersion> => {
  const { accountId } = organisation;
  const found = await getVersion(deps, organisation, named);
  if (found.app.accountId !== accountId)
    throw new ForbiddenError('Only the organisation that registered an app can change how it is listed.');
  const gone = () => notFound('app version', `${named.name}-${named.version}`);
  const { app, versions } = await changeApp(deps, {
    actor,
    ref: { accountId, kind: KIND, by: 'id', value: found.app.id },
    describe: describeApp,
    readVersions: async (tx, app) => {
      const version = await findVersion(tx, app, named.version);
      return version ? [version] : [];
    },
    decide: (current, [version]) => {
      if (!version) throw gone();
      const definition = { ...definitionOf(version), ...listing } as Definition;
      checkSize(definition);
      const changed = { versions: [{ id: version.id, attributes: { ...version.attributes, definition } }] };
      return version.id === current.current.id ? { ...changed, app: { name: titleOf(definition) } } : changed;
    },
  });
  const [version] = versions;
  if (!version) throw gone();
  return { app, version };
};
