import { findCatalogueApp } from '../../../db/catalogue.ts';
import { insertDoorRecord } from '../../../db/door-records.ts';
import type { Queryable } from '../../../db/pool.ts';
import type { Deps } from '../../../deps.ts';
import { invalidField } from '../../../errors.ts';
import type { Also } from '../../../use-cases/also.ts';
import type { AlsoInstalling, Installing } from '../../door.ts';
import { instanceType, noInstance, type Instance } from './instance.ts';
import { KIND } from './kind.ts';
import { DRAFT, offeringOf } from './offering.ts';
import { openTelling } from './telling.ts';

/**
 * What belongs to installing an offering, whoever asks for it: that it is open, its record, and its webhook.
 *
 * @returns what shall happen in the transaction of the installation, and what after its commit.
 */
export const openInstalling = async (
  deps: Deps,
  { accountId, account, actor, appId, ownerId, instance = noInstance }: Installing & { instance?: Instance },
): Promise<AlsoInstalling> => {
  const { tell, dispatch } = await openTelling(deps, { ownerId, appId }, actor);
  const also: Also = async (tx, installation) => {
    await refuseClosed(tx, accountId, appId);
    const key = String(installation.id);
    await insertDoorRecord(tx, instanceType(accountId), { key, attributes: { ...instance } });
    await tell(tx, { event: 'app_instance.create', account, installation, instance });
    return undefined;
  };
  return { also, dispatch };
};

/** The app is held in this transaction: what is seen stays so. */
const refuseClosed = async (tx: Queryable, accountId: number, appId: number): Promise<void> => {
  const app = await findCatalogueApp(tx, { accountId, kind: KIND, by: 'id', value: appId });
  if (!app || (app.accountId !== accountId && app.current.state === DRAFT))
    throw invalidField('app_offering_id', `there is no app offering ${appId} that this account can install`);
  if (offeringOf(app).disabled)
    throw invalidField('app_offering_id', `the app offering ${appId} may no longer be installed`);
};
