import { Router, type Request } from 'express';
import { findAuditEntry, listAuditEntryIds, readAuditEntries } from '../../../db/audit-entries.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { allow, authenticate, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { parse } from '../../parse.ts';
import { mapChunks, sendList } from '../../send-list.ts';
import { auditQuery } from './audit-query.ts';
import { pageFrame, pageOf, presentPage, readCursor } from './cursor-page.ts';
import { presentAuditEntry } from './present-audit-entry.ts';
import { idParams } from './schema.ts';

/** The vendor's path, whatever stood in the slot of the version. */
const PATH = '/api/v2/audit_logs';

/** What was done in an account: newest first. */
export const auditLogRoutes = (deps: Deps): Router => {
  const router = Router();
  const baseUrlOf = createBaseUrl(deps.config);
  const admin = [authenticate(deps), allow('admin')];
  const urlOf = (req: Request, id: number): string => `${baseUrlOf(req)}${PATH}/${id}.json`;

  router.get('/', ...admin, async (req: Request, res) => {
    const { filter, page, sort } = parse(auditQuery, req.query);
    const { accountId } = userOf(res);
    const newestFirst = sort !== 'created_at';
    const cursor = readCursor(page);
    // Backwards is forwards in the other direction.
    const found = await listAuditEntryIds(
      deps.db,
      { accountId, ...filter },
      { beyond: cursor.id, newestFirst: newestFirst !== cursor.backwards, limit: page.size + 1 },
    );
    const { items, meta } = pageOf(found, page.size, cursor);
    const chunks = readAuditEntries(
      deps.db,
      accountId,
      items.map(({ id }) => id),
    );
    const entries = mapChunks(chunks, (rows) => rows.map((entry) => presentAuditEntry(entry, urlOf(req, entry.id))));
    const frame = pageFrame('audit_logs', presentPage(`${baseUrlOf(req)}${PATH}.json`, req.query, meta));
    await sendList(deps, { req, res }, frame, entries);
  });

  router.get('/:id', ...admin, async (req: Request, res) => {
    const { id } = parse(idParams, req.params);
    const entry = await findAuditEntry(deps.db, userOf(res).accountId, id);
    if (!entry) throw new NotFoundError(`There is no entry ${id} in the audit log of this account.`);
    res.json({ audit_log: presentAuditEntry(entry, urlOf(req, entry.id)) });
  });

  return router;
};
