/** The type of requirement that names an address to be called. */
export const WEBHOOKS = 'webhooks';

/** Members of a webhook that say whether it can be called, and where. */
export const webhookMembers = ['status', 'http_method', 'request_format', 'endpoint'] as const;

type WebhookTexts = Record<string, string | null>;

/**
 * Returns the address of a webhook that is called with JSON by POST; undefined for an inactive one, and for one that
 * wants to be called otherwise.
 */
export const webhookAddress = (texts: WebhookTexts): string | undefined => {
  const is = (name: (typeof webhookMembers)[number], value: string): boolean => texts[name]?.toLowerCase() === value;
  if (!is('status', 'active') || !is('http_method', 'post') || !is('request_format', 'json')) return undefined;
  return texts['endpoint'] ?? undefined;
};
