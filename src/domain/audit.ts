import { withoutUserinfo } from './public-url.ts';

/** What was done. */
export const auditActions = ['create', 'update', 'destroy', 'login'] as const;
export type AuditAction = (typeof auditActions)[number];

/** What it was done to. */
export const auditSubjects = [
  'account',
  'user',
  'token',
  'upload',
  'attachment',
  'build',
  'app',
  'installation',
  'location',
  'login',
  'client',
  'notification',
] as const;
export type AuditSubject = (typeof auditSubjects)[number];

/** Who acts, and from where. */
export interface Actor {
  /** Null: an operator, or the system itself. */
  userId: number | null;
  /** An e-mail address, or what it is. Kept as it is now: an entry outlives whom it tells of. */
  name: string;
  /** Null: not over the network. */
  ip: string | null;
}

/** Who acts at the machine itself. */
export const machineActor: Actor = { userId: null, name: 'operator (command line)', ip: null };

/** Who acts when nobody asked for it. */
export const systemActor: Actor = { userId: null, name: 'Appyard', ip: null };

/** What an action changed, by field; values that are secret appear as a mark, never as themselves. */
export type AuditState = Record<string, unknown>;

/** A log is no place for long texts: this many characters tell which one it was. */
const SHOWN = 200;
/** Lists and objects may be longer, as JSON: they are worth more as what they are. */
const LONGEST_STRUCTURE = 1_000;
/** What a cut may leave of a character beyond the first plane; the database keeps none. */
const HALF_PAIR = /[\uD800-\uDBFF]$/;

const cut = (text: string): string => `${text.slice(0, SHOWN).replace(HALF_PAIR, '')}… (${text.length} characters)`;

/** Removes user names and passwords from URLs, wherever they stand in a value. */
const withoutPasswords = (value: unknown): unknown => {
  if (typeof value === 'string') return withoutUserinfo(value);
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutPasswords(member)]));
};

const shorten = (value: unknown): unknown => {
  if (typeof value === 'string') return value.length > SHOWN ? cut(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const json = JSON.stringify(value);
  return json.length > LONGEST_STRUCTURE ? cut(json) : value;
};

/**
 * As the log keeps it: without passwords in URLs, and what is long is cut, and its length said. Compare before that, or a
 * change may not be seen.
 */
export const shortened = (state: AuditState): AuditState =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [name, shorten(withoutPasswords(value))]));

/**
 * The fields that differ, before and after; undefined when nothing does. Values are compared as JSON: that is how they
 * are stored.
 */
export const differences = (
  before: AuditState,
  after: AuditState,
): { before: AuditState; after: AuditState } | undefined => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  if (names.length === 0) return undefined;
  const pick = (state: AuditState): AuditState =>
    Object.fromEntries(names.filter((name) => Object.hasOwn(state, name)).map((name) => [name, state[name]]));
  return { before: pick(before), after: pick(after) };
};
