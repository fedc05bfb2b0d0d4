import { hideAuditedFields, insertAuditEntry } from '../db/audit-entries.ts';
import type { Installation } from '../db/installations.ts';
import type { Queryable } from '../db/pool.ts';
import { differences, type Actor, type AuditState } from '../domain/audit.ts';
import { secretNamesOf } from '../domain/settings.ts';
import type { AlsoChanged } from './also.ts';

/** Stands for a secret value that is there; a new one has another mark, so that a change of it can be seen. */
const SECRET = '(secret)';
const NEW_SECRET = '(secret, new)';

/** An installation as its audit entries tell of it, without a secret. */
const stateOf = (
  installation: Installation,
  { newSecrets = [], hidden = [] }: Partial<Pick<Changed, 'newSecrets' | 'hidden'>> = {},
): AuditState => ({
  title: installation.title,
  enabled: installation.enabled,
  groupRestrictions: installation.groupRestrictions,
  roleRestrictions: installation.roleRestrictions,
  ...prefixed(plainSettings(installation, hidden)),
  ...prefixed(
    Object.fromEntries(installation.secretNames.map((name) => [name, newSecrets.includes(name) ? NEW_SECRET : SECRET])),
  ),
});

/** Without what lies in clear although it is secret, or will be. */
const plainSettings = ({ parameters, settings }: Installation, hidden: readonly string[]): Record<string, unknown> => {
  const secret = new Set([...hidden, ...secretNamesOf(parameters)]);
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !secret.has(name)));
};

/** Settings are the app's: their names must not be taken for ours. */
const prefixed = (settings: Record<string, unknown>): AuditState =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [`settings.${name}`, value]));

const subjectOf = ({ id, title }: Installation) => ({ type: 'installation', id, name: title }) as const;

export const recordInstalled = async (tx: Queryable, actor: Actor, installation: Installation): Promise<void> => {
  const { accountId, appId, product } = installation;
  const after = { appId, product, ...stateOf(installation) };
  await insertAuditEntry(tx, { accountId, appId, actor, action: 'create', subject: subjectOf(installation), after });
};

interface Changed {
  before: Installation;
  after: Installation;
  /** Names of the secret settings that were given a value. */
  newSecrets: readonly string[];
  /** Names of settings that are secret in the version it is on its way to. */
  hidden?: readonly string[];
  besides?: AlsoChanged | undefined;
}

export const recordChanged = async (
  tx: Queryable,
  actor: Actor,
  { before, after, newSecrets, hidden = [], besides }: Changed,
): Promise<void> => {
  const changed = differences(
    { ...besides?.before, ...stateOf(before, { hidden }) },
    { ...besides?.after, ...stateOf(after, { newSecrets, hidden }) },
  );
  if (!changed) return;
  const { accountId, appId } = after;
  const entry = { accountId, appId, actor, subject: subjectOf(after) };
  await insertAuditEntry(tx, { ...entry, action: 'update', ...changed });
};

export const recordRemoved = async (tx: Queryable, actor: Actor, installation: Installation): Promise<void> => {
  const { accountId, appId, product } = installation;
  const before = { appId, product, ...stateOf(installation) };
  await insertAuditEntry(tx, { accountId, appId, actor, action: 'destroy', subject: subjectOf(installation), before });
};

/** Takes values that were plain so far out of the entries of an app's installations: it calls them secret from now on. */
export const hideAuditedSettings = (tx: Queryable, appId: number, names: readonly string[]): Promise<void> =>
  hideAuditedFields(tx, appId, { fields: names.map((name) => `settings.${name}`), mark: SECRET });
