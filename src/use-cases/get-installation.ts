import { findInstallation, type Installation } from '../db/installations.ts';
import type { Queryable } from '../db/pool.ts';
import { NotFoundError } from '../errors.ts';

/** An installation, as somebody asks for it. */
export interface InstallationRef {
  accountId: number;
  id: number;
  /** The door it is asked for at, which knows no others; null: of any door. */
  kind: string | null;
}

/** One round trip. @throws NotFoundError when the account has no such installation of that door. */
export const getInstallation = async (
  db: Queryable,
  { accountId, id, kind }: InstallationRef,
): Promise<Installation> => {
  const installation = await findInstallation(db, accountId, id);
  if (installation && (kind === null || installation.appKind === kind)) return installation;
  throw new NotFoundError(`There is no installation ${id} in this account.`);
};
