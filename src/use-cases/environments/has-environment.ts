import { findDoorRecord } from '../../db/door-records.ts';
import type { Deps } from '../../deps.ts';
import { isUuid } from '../../domain/uuid.ts';
import { environmentType } from './list-environments.ts';

/**
 * Whether the account has this environment. One round trip; none for what is no UUID.
 *
 * @param id in any letter case.
 */
export const hasEnvironment = async (
  { db }: Pick<Deps, 'db'>,
  { accountId, id }: { accountId: number; id: string },
): Promise<boolean> =>
  isUuid(id) && (await findDoorRecord(db, environmentType(accountId), id.toLowerCase())) !== undefined;
