import { randomUUID } from 'node:crypto';
import {
  ensureDoorRecords,
  findDoorRecordById,
  insertDoorRecord,
  type DoorRecord,
  type RecordType,
} from '../../../db/door-records.ts';
import type { Deps } from '../../../deps.ts';
import { refuseOverQuota, withQuotas } from '../../../use-cases/quotas/with-quotas.ts';
import type { NodeType } from './node-id.ts';
import { KIND } from './kind.ts';
import type { Reference } from './reference-object.ts';

/** A small resource of its own: it has a name, is never changed, and others refer to it by its number. */
export interface SmallResource {
  path: string;
  /** What its records are called. */
  type: string;
  node: NodeType;
  /** What an account has from its beginning. */
  first?: string;
}

export const serviceInstances: SmallResource = {
  path: '/service_instances',
  type: 'service_instance',
  node: 'ServiceInstance',
  first: 'Default service instance',
};

export const uiExtensionVersions: SmallResource = {
  path: '/ui_extension_versions',
  type: 'ui_extension_version',
  node: 'UiExtensionVersion',
};

export const recordTypeOf = ({ type }: Pick<SmallResource, 'type'>, accountId: number): RecordType => ({
  accountId,
  door: KIND,
  type,
});

/** Call it before records are looked for: what an account has from its beginning is made when it is first asked for. */
export const ensureFirst = async (
  { db }: Pick<Deps, 'db'>,
  resource: SmallResource,
  accountId: number,
): Promise<void> => {
  if (resource.first === undefined) return;
  const attributes = { name: resource.first, source: null, sourceID: null };
  await ensureDoorRecords(db, recordTypeOf(resource, accountId), [{ key: 'first', attributes }]);
};

export interface SmallRecord {
  name: string;
  source: string | null;
  sourceID: string | null;
}

/** @throws OwnRuleError `quota_exceeded` */
export const addRecord = (
  deps: Pick<Deps, 'db' | 'config'>,
  resource: SmallResource,
  accountId: number,
  record: SmallRecord,
): Promise<DoorRecord> =>
  withQuotas(deps, accountId, async (tx, quotas) => {
    const type = recordTypeOf(resource, accountId);
    const added = await insertDoorRecord(tx, type, { key: randomUUID(), attributes: { ...record } });
    await refuseOverQuota(tx, quotas, { records: 1, bytes: Buffer.byteLength(JSON.stringify(record)) });
    return added;
  });

// Nobody but this door writes them.
export const smallRecordOf = ({ attributes }: DoorRecord): SmallRecord => attributes as unknown as SmallRecord;

/** How others show it; undefined when the account has none of this number. */
export const findReference = async (
  deps: Pick<Deps, 'db'>,
  resource: SmallResource,
  { accountId, id }: { accountId: number; id: number },
): Promise<Reference | undefined> => {
  await ensureFirst(deps, resource, accountId);
  const record = await findDoorRecordById(deps.db, recordTypeOf(resource, accountId), id);
  if (!record) return undefined;
  const { name, sourceID } = smallRecordOf(record);
  return { id: record.id, name, ...(sourceID !== null && { sourceID }) };
};
