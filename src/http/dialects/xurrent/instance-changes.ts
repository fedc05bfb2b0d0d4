import { changeDoorRecord, deleteDoorRecord, findDoorRecord, insertDoorRecord } from '../../../db/door-records.ts';
import type { SharedInstallation } from '../../../db/installation-lists.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { AppError, invalidField } from '../../../errors.ts';
import type { Also } from '../../../use-cases/also.ts';
import type { AlsoInstalling } from '../../door.ts';
import { installApp } from '../../../use-cases/install-app.ts';
import { removeInstallation } from '../../../use-cases/remove-installation.ts';
import { updateInstallation } from '../../../use-cases/update-installation.ts';
import { instanceOf, instanceType, noInstance, type Instance } from './instance.ts';
import { KIND } from './kind.ts';
import { openTelling } from './telling.ts';

interface By {
  accountId: number;
  /** The subdomain of the account that has the instance, or gets it. */
  account: string;
  actor: Actor;
}

/**
 * Installs an offering for an account, through the common pipeline, and tells its webhook. `openInstalling` comes before.
 *
 * @throws InvalidRequestError, and whatever `installApp` throws.
 */
export const addInstance = async (
  deps: Deps,
  { accountId, actor }: Pick<By, 'accountId' | 'actor'>,
  { appId, enabled, also, dispatch }: { appId: number; enabled: boolean } & AlsoInstalling,
): Promise<number> => {
  const install = { accountId, actor, appId, appKind: KIND, product: null, settings: {}, enabled };
  const { id } = await installApp(deps, { ...install, groupRestrictions: [], roleRestrictions: null, also }).catch(
    installedOnce,
  );
  await dispatch(deps);
  return id;
};

/** For a promise: the pipeline names no field. */
const installedOnce = (err: unknown): never => {
  if (!(err instanceof AppError && err.code === 'already_installed')) throw err;
  throw invalidField('app_offering_id', 'is installed already: an account has an app offering once');
};

/** What an instance's audit entries tell of it; custom fields may hold anything. */
const auditOf = ({ custom_fields, ...told }: Instance) => ({
  ...told,
  custom_fields: custom_fields.map(({ id }) => id),
});

/** Changes an instance, whichever side asks, and tells the webhook. Undefined leaves what is there. */
export const changeInstance = async (
  deps: Deps,
  { actor, row, auditAs }: { actor: Actor; row: SharedInstallation; auditAs: Actor },
  { enabled, change }: { enabled: boolean | undefined; change: (instance: Instance) => Instance },
): Promise<void> => {
  const { id, accountId, account } = row;
  const { tell, dispatch } = await openTelling(deps, row, actor);
  const also: Also = async (tx, installation) => {
    const type = instanceType(accountId);
    // The installation is held: nobody else changes its record meanwhile.
    const record =
      (await findDoorRecord(tx, type, String(id))) ??
      (await insertDoorRecord(tx, type, { key: String(id), attributes: { ...noInstance } }));
    const before = instanceOf(record);
    const instance = change(before);
    await changeDoorRecord(tx, type, record.id, { ...instance });
    await tell(tx, { event: 'app_instance.update', account, installation, instance });
    return { before: auditOf(before), after: auditOf(instance) };
  };
  await updateInstallation(deps, {
    accountId,
    actor: auditAs,
    id,
    kind: KIND,
    appId: undefined,
    settings: {},
    enabled,
    groupRestrictions: undefined,
    roleRestrictions: undefined,
    also,
  });
  await dispatch(deps);
};

/** Removes an instance, and tells the webhook. */
export const removeInstance = async (
  deps: Deps,
  { actor, row }: { actor: Actor; row: SharedInstallation },
): Promise<void> => {
  const { id, accountId, account } = row;
  const { tell, dispatch } = await openTelling(deps, row, actor);
  const also: Also = async (tx, installation) => {
    const record = await findDoorRecord(tx, instanceType(accountId), String(id));
    if (record) await deleteDoorRecord(tx, instanceType(accountId), record.id);
    const instance = record ? instanceOf(record) : noInstance;
    await tell(tx, { event: 'app_instance.delete', account, installation, instance });
    return undefined;
  };
  await removeInstallation(deps, { accountId, actor, id, kind: KIND, also });
  await dispatch(deps);
};
