/** What was done. */
export const auditActions = ['create', 'update', 'destroy', 'login'] as const;
export type AuditAction = (typeof auditActions)[number];

/** What it was done to. */
export const auditSubjects = ['upload', 'build', 'app', 'installation', 'location', 'login'] as const;
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

/** Who acts when nobody asked for it. */
export const systemActor: Actor = { userId: null, name: 'Appyard', ip: null };

/** What an action changed, by field; values that are secret appear as a mark, never as themselves. */
export type AuditState = Record<string, unknown>;

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
