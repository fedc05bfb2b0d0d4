import { findApp, findAppAt, lockVisibleApp, type App, type AppRef } from '../db/apps.ts';
import { findInstallation, insertInstallation, isInstalled, type Installation } from '../db/installations.ts';
import { insertInstallJob } from '../db/jobs.ts';
import { withTransaction, type Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { completedMessage } from '../domain/job.ts';
import type { Restriction } from '../domain/restrictions.ts';
import { checkSettings, defaultSettings } from '../domain/settings.ts';
import { AppError, InvalidRequestError, NotFoundError } from '../errors.ts';
import { newId } from '../secrets/tokens.ts';
import type { Also } from './also.ts';
import { recordInstalled } from './audit-installation.ts';
import { dispatchJob } from './dispatch-job.ts';
import { mergeSettings } from './installation-settings.ts';

export interface InstallAppInput {
  accountId: number;
  actor: Actor;
  appId: number;
  /** The door it is installed through, which knows no others; null: any. */
  appKind: string | null;
  /** Null: the current one. */
  versionId?: number | null;
  /** Null: the app's first one. */
  product: string | null;
  /** Values by name; `name` is the title of the installation. */
  settings: Record<string, unknown>;
  enabled: boolean;
  groupRestrictions: Restriction[];
  roleRestrictions: Restriction[] | null;
  also?: Also;
}

/**
 * Gives an account an app: seven to ten statements in one transaction, then one trip to the queue when there is
 * something to provision. The app is active at once without requirements, otherwise when the install job is done.
 *
 * @throws NotFoundError, InvalidRequestError, AppError `already_installed` or `not_installable`
 */
export const installApp = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'cipher'>,
  input: InstallAppInput,
): Promise<Installation> => {
  const installation = await withTransaction(deps.db, async (tx) => {
    const app = await holdApp(
      tx,
      { accountId: input.accountId, id: input.appId, kind: input.appKind },
      input.versionId ?? null,
    );
    refuseListingOnly(app);
    const product = chooseProduct(app, input.product);
    await refuseSecond(tx, app, { accountId: input.accountId, product });
    const id = await insert(tx, deps, { app, product, input });
    const installed = (await findInstallation(tx, input.accountId, id))!;
    await input.also?.(tx, installed);
    await recordInstalled(tx, input.actor, installed);
    return installed;
  });
  if (installation.state === 'pending')
    await dispatchJob(deps, {
      id: installation.jobId,
      accountId: installation.accountId,
      kind: 'install',
      appId: installation.appId,
      installationId: installation.id,
    });
  return installation;
};

/** The app as it stays until the end of the transaction: no new version, no second installation meanwhile. */
const holdApp = async (tx: Queryable, ref: AppRef, versionId: number | null): Promise<App> => {
  const find = () => (versionId === null ? findApp(tx, ref) : findAppAt(tx, ref, versionId));
  const app = (await lockVisibleApp(tx, ref)) ? await find() : undefined;
  if (!app) throw new NotFoundError(`There is no app ${ref.id} that this account can install.`);
  return app;
};

/** An app that is only a page in a list has nothing to install. */
const refuseListingOnly = ({ name, definition }: App): void => {
  if (definition.marketingOnly)
    throw new AppError('not_installable', 422, `The app "${name}" is listed only: it cannot be installed.`);
};

/** The product of an app that knows none. */
const EVERYWHERE = 'all';

const chooseProduct = ({ name, definition }: App, asked: string | null): string => {
  const products: readonly string[] = definition.products;
  if (asked === null) return products[0] ?? EVERYWHERE;
  if (products.includes(asked)) return asked;
  throw new InvalidRequestError(`The app "${name}" has no place in "${asked}"; it has in ${products.join(', ')}.`);
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
  { cipher }: Pick<Deps, 'cipher'>,
  { app, product, input }: { app: App; product: string; input: InstallAppInput },
): Promise<number> => {
  const { accountId, enabled, groupRestrictions, roleRestrictions } = input;
  // A default of the wrong type is the package's fault, not that of whoever installs it: it is left out.
  const defaults = checkSettings(app.parameters, defaultSettings(app.parameters)).values;
  const nothing = { title: app.name, settings: {}, secretNames: [] };
  const { title, settings, secrets } = mergeSettings(
    cipher,
    { accountId, parameters: app.parameters, required: 'all' },
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
  const job = { id: jobId, accountId, appId: app.id, installationId: id, actor: input.actor, versionId: null };
  await insertInstallJob(
    tx,
    pending
      ? { ...job, state: 'queued', progress: 0, total: app.requirementCount + 1, message: 'Waiting for a worker' }
      : { ...job, state: 'completed', progress: 1, total: 1, message: completedMessage(new Date()) },
  );
  return id;
};
