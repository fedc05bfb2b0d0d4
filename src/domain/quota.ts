/** What an account may have so much of. */
export const quotaNames = [
  'packages',
  'bytes',
  'apps',
  'installations',
  'policies',
  'environments',
  'roles',
  'records',
  'clients',
  'tokens',
  'sessions',
] as const;
export type QuotaName = (typeof quotaNames)[number];

/** Null: no limit. */
export type Quotas = Record<QuotaName, number | null>;

/** What an account has of each. */
export type Usage = Record<QuotaName, number>;

/** What an account is told when it would have more than it may. */
export const overQuotaMessage = (
  name: QuotaName,
  { used, added, allowed }: { used: number; added: number; allowed: number },
): string =>
  `The account's quota of ${name} is not enough: ${used} of ${allowed} are used, and this takes ${added} more. ` +
  'Remove what is no longer needed, or ask the operator for a larger quota.';
