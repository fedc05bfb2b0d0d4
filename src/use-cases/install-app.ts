import { findApp, findAppAt, lockVisibleApp, type App, type AppRef } from '../db/apps.ts';
import { findCatalogueVersion } from '../db/catalogue.ts';
import { findInstallation, insertInstallation, isInstalled, type Installation } from '../db/installations.ts';
import { insertInstallJob } from '../db/jobs.ts';
import { afterCommit } from '../db/stand-in.ts';
import { takeTurnsFor } from '../db/job-turns.ts';
import type { Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { completedMessage } from '../domain/job.ts';
import type { Restriction } from '../domain/restrictions.ts';
import { checkSettings, defaultSettings } from '../domain/settings.ts';
import { AppError, invalidField, NotFoundError } from '../errors.ts';
import { newId } from '../secrets/tokens.ts';
import type { Also } from './also.ts';
import { recordInstalled } from './audit-installation.ts';
import { dispatchJobs } from './dispatch-jobs.ts';
import { mergeSettings, type UnknownSettings } from './installation-settings.ts';
import { bytesOfInstallation, refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';
import { openDefaults } from './secret-defaults.ts';
import { refuseListingOnly } from './refuse-listing-only.ts';

export interface InstallAppInput {
  accountId: number;
  actor: Actor;
  appId: number;
  /** The door it is installed through, which knows no others; null: any. */
  appKind: string | null;
  /** By its id or its name, if not the current one. */
  version?: { id: number } | { name: string } | undefined;
  /** Null: the app's first one. */
  product: string | null;
  /** Values by name; `name` is the title of the installation. */
  settings: Record<string, unknown>;
  /** Whether required settings may be left without a value, for somebody to give later. */
  mayLackSettings?: boolean;
  unknownSettings?: UnknownSettings;
  enabled: boolean;
  groupRestrictions: Restriction[];
  roleRestrictions: Restriction[] | null;
  also?: Also;
}

/**
 * Gives an account an app: seven to eleven statements in one transaction, one more where the
 * account has a quota of bytes; when there is something to provision two more, and
 * then one trip to the queue. The app is active at once without requirements, otherwise when the install job is done.
 *
 * @throws NotFoundError, InvalidRequestError, AppError `already_installed` or `not_installable`, OwnRuleError
 *   `quota_exceeded`
 */
export const installApp = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'cipher' | 'config' | 'metrics' | 'tracing'>,
  input: InstallAppInput,
): Promise<Installation> => {
  const { installation, turns } = await withQuotas(deps, input.accountId, async (tx, quotas) => {
    const app = await holdApp(tx, { accountId: input.accountId, id: input.appId, kind: input.appKind }, input.version);
    refuseListingOnly(app);
    const product = chooseProduct(app, input.product);
    await refuseSecond(tx, app, { accountId: input.accountId, product });
    const id = await insert(tx, deps, { app, product, input });
    const installed = (await findInstallation(tx, input.accountId, id))!;
    await input.also?.(tx, installed);
    await recordInstalled(tx, input.actor, installed);
    const pending = installed.state === 'pending';
    const turns = pending
      ? await takeTurnsFor(
          tx,
          { accountId: input.accountId, userId: input.actor.userId },
          deps.config.maxRunningPerAccount,
        )
      : [];
    await refuseOverQuota(tx, quotas, { installations: 1, bytes: await bytesOfInstallation(tx, quotas, { id }) });
    return { installation: installed, turns };
  });
  await dispatchJobs(deps, turns);
  // Nothing to provision: its job has ended with the installing, and no worker will count it.
  if (installation.state === 'installed')
    await afterCommit(deps.db, async () => deps.metrics.jobs.ended({ kind: 'install', outcome: 'completed', ms: 0 }));
  return installation;
};

/** The app as it stays until the end of the transaction: no new version, no second installation meanwhile. */
const holdApp = async (tx: Queryable, ref: AppRef, version: InstallAppInput['version']): Promise<App> => {
  const nothing = () => new NotFoundError(`There is no app ${ref.id} that this account can install.`);
  if (!(await lockVisibleApp(tx, ref))) throw nothing();
  if (version !== undefined && 'name' in version) return findNamed(tx, ref, version.name);
  const app = await (version === undefined ? findApp(tx, ref) : findAppAt(tx, ref, version.id));
  if (!app) throw nothing();
  return app;
};

/** Whether another account has a draft of this name is nobody's business: it is refused as one that is not there. */
const findNamed = async (tx: Queryable, ref: AppRef, name: string): Promise<App> => {
  const version = await findCatalogueVersion(tx, ref.id, name);
  const app = version && (await findAppAt(tx, ref, version.id));
  if (!app) throw new NotFoundError(`The app ${ref.id} has no version "${name}" that this account can install.`);
  return app;
};

/** The product of an app that knows none. */
const EVERYWHERE = 'all';

const chooseProduct = ({ name, definition }: App, asked: string | null): string => {
  const products: readonly string[] = definition.products;
  if (asked === null) return products[0] ?? EVERYWHERE;
  if (products.includes(asked)) return asked;
  const others = products.length === 0 ? 'it is installed everywhere' : `it has in ${products.join(', ')}`;
  throw invalidField('product', `the app "${name}" has no place in "${asked}"; ${others}`);
};

const refuseSecond = async (
  tx: Queryable,
  { id, name, definition }: App,
  { accountId, product }: { accountId: number; product: string },
): Promise<void> => {
  if (!definition.singleInstall || !(await isInstalled(tx, accountId, { appId: id, product }))) return;
  throw new AppError(
    'already_installed',
    422,
    `The app "${name}" can be installed once only, and it is installed in ${product}. Update that installation.`,
  );
};

const insert = async (
  tx: Queryable,
  { cipher, log, tracing }: Pick<Deps, 'cipher' | 'log' | 'tracing'>,
  { app, product, input }: { app: App; product: string; input: InstallAppInput },
): Promise<number> => {
  const { accountId, enabled, groupRestrictions, roleRestrictions } = input;
  // A default of the wrong type is the package's fault, not that of whoever installs it: it is left out.
  const parameters = await openDefaults(tx, { cipher, log }, app);
  const defaults = checkSettings(parameters, defaultSettings(parameters)).values;
  const nothing = { title: app.name, settings: {}, secretNames: [] };
  const { title, settings, secrets } = mergeSettings(
    cipher,
    {
      accountId,
      parameters,
      required: input.mayLackSettings ? 'given' : 'all',
      leftOvers: 'seal',
      unknown: input.unknownSettings,
    },
    nothing,
    {
      ...defaults,
      ...input.settings,
    },
  );
  const jobId = newId();
  const pending = app.requirementCount > 0;
  const id = await insertInstallation(tx, {
    accountId,
    appId: app.id,
    versionId: app.versionId,
    product,
    title,
    state: pending ? 'pending' : 'installed',
    enabled,
    settings,
    secrets,
    groupRestrictions,
    roleRestrictions,
    jobId,
  });
  const { actor } = input;
  const ids = { id: jobId, accountId, appId: app.id, installationId: id };
  const job = { ...ids, actor, versionId: null, traceParent: tracing.current() };
  await insertInstallJob(
    tx,
    pending
      ? { ...job, state: 'queued', progress: 0, total: app.requirementCount + 1, message: 'Waiting for a worker' }
      : { ...job, state: 'completed', progress: 1, total: 1, message: completedMessage(new Date()) },
  );
  return id;
};
