import type { AuditEntry } from '../../../db/audit-entries.ts';
import type { AuditState } from '../../../domain/audit.ts';
import { actionLabels, sourceTypeOf } from './audit-words.ts';
import { formatTime } from './format.ts';

/** One entry, with the vendor's fields; `before` and `after` are ours: what changed, by field. */
export const presentAuditEntry = (entry: AuditEntry, url: string) => ({
  id: entry.id,
  url,
  action: entry.action,
  action_label: actionLabels[entry.action],
  actor_id: entry.actorId,
  actor_name: entry.actorName,
  change_description: describeChange(entry),
  created_at: formatTime(entry.createdAt),
  ip_address: entry.ip,
  source_id: entry.subjectId,
  source_label: entry.subjectName,
  source_type: sourceTypeOf(entry.subjectType),
  before: entry.before && fieldsOf(entry.before),
  after: entry.after && fieldsOf(entry.after),
});

const LONGEST_VALUE = 200;

/** A line for each field, by name: `enabled: true to false`. */
const describeChange = ({ action, before, after }: AuditEntry): string => {
  const old = before === null ? {} : fieldsOf(before);
  const own = after === null ? {} : fieldsOf(after);
  const names = [...new Set([...Object.keys(old), ...Object.keys(own)])].sort();
  const show = (state: AuditState, name: string): string =>
    Object.hasOwn(state, name) ? shorten(JSON.stringify(state[name])) : 'nothing';
  return names
    .map((name) =>
      action === 'update'
        ? `${name}: ${show(old, name)} to ${show(own, name)}`
        : `${name}: ${show(action === 'destroy' ? old : own, name)}`,
    )
    .join('\n');
};

const shorten = (text: string): string => (text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text);

/** Names as this door writes them; those of settings are the app's own. */
const fieldsOf = (state: AuditState): AuditState =>
  Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name.startsWith('settings.') ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
