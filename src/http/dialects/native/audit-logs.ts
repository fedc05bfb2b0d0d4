import { Router } from 'express';
import { z } from 'zod';
import { listAuditEntryIds, readAuditEntries, type AuditEntry } from '../../../db/audit-entries.ts';
import type { Deps } from '../../../deps.ts';
import { auditActions, auditSubjects } from '../../../domain/audit.ts';
import { allow, authenticate, userOf } from '../../auth.ts';
import { parse } from '../../parse.ts';
import { pageQuery, readOnePage } from './page.ts';

const query = z.object({
  ...pageQuery,
  action: z.enum(auditActions, { error: `must be one of ${auditActions.join(', ')}` }).optional(),
  subject: z.enum(auditSubjects, { error: `must be one of ${auditSubjects.join(', ')}` }).optional(),
});

/** What was done in the account, through whichever door: newest first. Two round trips. */
export const auditLogRoutes = (deps: Deps): Router => {
  const router = Router();
  router.get('/', authenticate(deps), allow('admin'), async (req, res) => {
    const { limit, after, action, subject } = parse(query, req.query);
    const nothing = { actorId: undefined, ip: undefined, subjectId: undefined, from: undefined, to: undefined };
    const { accountId } = userOf(res);
    const filter = { ...nothing, accountId, action, subjectType: subject };
    const found = await listAuditEntryIds(deps.db, filter, { beyond: after, newestFirst: true, limit: limit + 1 });
    const { rows, next } = await readOnePage(found, limit, (ids) => readAuditEntries(deps.db, accountId, ids));
    res.json({ data: rows.map(presentEntry), next });
  });
  return router;
};

const presentEntry = (entry: AuditEntry) => ({
  id: entry.id,
  created_at: entry.createdAt.toISOString(),
  action: entry.action,
  actor: { id: entry.actorId, name: entry.actorName, ip: entry.ip },
  subject: { type: entry.subjectType, id: entry.subjectId, name: entry.subjectName },
  before: entry.before,
  after: entry.after,
});
