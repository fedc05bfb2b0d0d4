/** What an app adds to its organisation: each of them becomes a resource when the app is installed. */
export const componentKeys = [
  'klasses',
  'kviews',
  'commands',
  'actions',
  'triggers',
  'hooks',
  'outboundWebhooks',
  'widgets',
  'workflows',
] as const;
export type ComponentKey = (typeof componentKeys)[number];

/** Nothing else is known of it. */
export type Component = Record<string, unknown>;

/** What one is called in the catalogue. */
export const requirementTypes: Record<ComponentKey, string> = {
  klasses: 'klass',
  kviews: 'kview',
  commands: 'command',
  actions: 'action',
  triggers: 'trigger',
  hooks: 'hook',
  outboundWebhooks: 'outbound_webhook',
  widgets: 'widget',
  workflows: 'workflow',
};

/** The member that has a component's name. */
export const nameKeys: Record<ComponentKey, string> = {
  klasses: 'name',
  kviews: 'name',
  commands: 'name',
  actions: 'name',
  triggers: 'eventName',
  hooks: 'eventName',
  outboundWebhooks: 'name',
  widgets: 'name',
  workflows: 'name',
};

/** Components whose names are the app's own: `kustomer.app.{app}.{name}`. */
export const namespacedKeys: readonly ComponentKey[] = ['commands', 'hooks', 'kviews', 'actions', 'triggers'];
