/** What an installation can have provisioned for it. Package rules of the reference validator 4.52. */
export const requirementTypes = [
  'automations',
  'channel_integrations',
  'custom_objects',
  'macros',
  'targets',
  'views',
  'ticket_fields',
  'triggers',
  'user_fields',
  'organization_fields',
  'webhooks',
  'custom_objects_v2',
];

/** Types whose entries are not known by a title. */
export const untitledTypes = ['channel_integrations', 'custom_objects', 'webhooks', 'custom_objects_v2'];

/** Types that are not `{ identifier: payload }`. */
export const listedTypes = ['custom_objects', 'custom_objects_v2'];

/** Where the requirements of a package are. */
export const requirementsPath = 'requirements.json';
