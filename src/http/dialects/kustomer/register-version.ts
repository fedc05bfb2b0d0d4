import {
  findCatalogueApp,
  type CatalogueApp,
  type CatalogueRef,
  type CatalogueVersion,
} from '../../../db/catalogue.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { AppError, ForbiddenError, NotFoundError } from '../../../errors.ts';
import { changeApp, type AppChange } from '../../../use-cases/catalogue/change-app.ts';
import { registerApp } from '../../../use-cases/catalogue/register-app.ts';
import { describeApp, titleOf } from './catalogued.ts';
import { readEarlier, rolesOf } from './earlier-versions.ts';
import { findVersion } from './find-app.ts';
import { KIND } from './kind.ts';
import type { Organisation } from './organisation.ts';
import type { ReadDefinition } from './read-definition.ts';
import { ruleError } from './rule-error.ts';
import { checkSuccessor, latestOf } from './versions.ts';

/** Of an app. */
const MOST_VERSIONS = 1_000;

export interface RegisterInput {
  actor: Actor;
  organisation: Organisation;
  read: ReadDefinition;
}

export interface RegisteredVersion {
  app: CatalogueApp;
  version: CatalogueVersion;
  /** Whether `latest` means it. */
  isLatest: boolean;
}

/**
 * Puts a new app into the catalogue, or a new version of one that the organisation has.
 *
 * @throws AppError `duplicate`, `bad_request`; ForbiddenError for the app of another organisation.
 */
export const registerVersion = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  input: RegisterInput,
  sentName: string,
): Promise<RegisteredVersion> => {
  await refuseForeign(deps, input.organisation, sentName);
  const { version } = input.read.version;
  const app = await addVersion(deps, input);
  const added = (await findVersion(deps.db, app, version!))!;
  return { app, version: added, isLatest: app.current.id === added.id };
};

/** What another organisation's public app is called here cannot be meant for an app of one's own. */
const refuseForeign = async (
  { db }: Pick<Deps, 'db'>,
  { accountId }: Organisation,
  sentName: string,
): Promise<void> => {
  const app = await findCatalogueApp(db, { accountId, kind: KIND, by: 'key', value: sentName });
  if (app && app.accountId !== accountId)
    throw new ForbiddenError('Only the organisation that registered an app can register another version of it.');
};

/** To what is there; where there is nothing, as the first one, unless somebody else was faster. */
const addVersion = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  input: RegisterInput,
): Promise<CatalogueApp> => {
  const add = async () => (await changeApp(deps, { ...changeOf(input), describe: describeApp })).app;
  try {
    return await add();
  } catch (err) {
    if (!(err instanceof NotFoundError)) throw err;
  }
  try {
    return await addFirst(deps, input);
  } catch (err) {
    if (err instanceof AppError && err.code === 'key_taken') return add();
    throw err;
  }
};

const addFirst = (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { actor, organisation: { accountId, organisationId }, read: { definition, version } }: RegisterInput,
): Promise<CatalogueApp> =>
  registerApp(deps, {
    actor,
    app: {
      accountId,
      kind: KIND,
      key: definition.app,
      externalId: null,
      name: titleOf(definition),
      visibility: 'private',
      attributes: { organisationId },
    },
    version,
    describe: describeApp,
  });

const changeOf = ({ actor, organisation: { accountId }, read: { definition, version } }: RegisterInput) => ({
  actor,
  ref: { accountId, kind: KIND, by: 'key', value: definition.app } satisfies CatalogueRef,
  readVersions: readEarlier,
  decide: (_app: CatalogueApp, versions: CatalogueVersion[]): AppChange => {
    const earlier = versions.map((one) => ({ version: one.version!, roles: rolesOf(one) }));
    checkSuccessor({ version: definition.version, roles: definition.roles }, earlier);
    if (earlier.length >= MOST_VERSIONS)
      throw ruleError(
        'version',
        `must not be registered: the app has ${earlier.length} versions, ${MOST_VERSIONS} at the most`,
      );
    const latest = latestOf([definition.version, ...earlier.map((one) => one.version)]);
    if (latest !== definition.version) return { addVersion: version };
    return { addVersion: version, current: 'added', app: { name: titleOf(definition) } };
  },
});
