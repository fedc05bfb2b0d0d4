import { deleteDoorRecord, type DoorRecord } from '../../../db/door-records.ts';
import { withTransaction } from '../../../db/pool.ts';
import { deleteSigningKey } from '../../../db/signing-keys.ts';
import type { Deps } from '../../../deps.ts';
import { keyIdsOf, policyOf, policyType } from './policy.ts';

/** With its keys: what was signed with them can be checked no more, and what is not sent yet fails. */
export const removePolicy = ({ db }: Pick<Deps, 'db'>, accountId: number, record: DoorRecord): Promise<void> =>
  withTransaction(db, async (tx) => {
    await deleteDoorRecord(tx, policyType(accountId), record.id);
    for (const id of keyIdsOf(policyOf(record))) await deleteSigningKey(tx, accountId, id);
  });
