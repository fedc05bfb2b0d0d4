import { entriesAt } from '../json/json-document.ts';
import type { RequirementsContext } from './requirements-context.ts';
import { entriesOf, requireFields } from './requirements-context.ts';
import { untitledTypes } from './requirement-types.ts';

/** One at the most, with the address of its manifest. Package rules of the reference validator 4.52. */
export const checkChannelIntegrations = (context: RequirementsContext): void => {
  const integrations = entriesAt(context.document, ['channel_integrations']);
  if (integrations.length > 1) {
    context.report({
      key: 'multiple_channel_integrations',
      path: ['channel_integrations'],
      message: `requirements.json has ${integrations.length} channel integrations; keep one.`,
    });
  }
  for (const entry of entriesOf(context, 'channel_integrations'))
    requireFields(context.report, entry, ['manifest_url']);
};

/** Fields of users and organizations have keys. Package rules of the reference validator 4.52. */
export const checkFieldKeys = (context: RequirementsContext): void => {
  for (const type of ['user_fields', 'organization_fields']) {
    for (const entry of entriesOf(context, type)) requireFields(context.report, entry, ['key']);
  }
};

const webhookFields = ['name', 'status', 'endpoint', 'http_method', 'request_format'];

/** What a webhook cannot do without. Package rules of the reference validator 4.52. */
export const checkWebhooks = (context: RequirementsContext): void => {
  for (const entry of entriesOf(context, 'webhooks')) requireFields(context.report, entry, webhookFields);
};

/** Whatever is known by a title must have one, unknown types included. Package rules of the reference validator 4.52. */
export const checkTitles = (context: RequirementsContext): void => {
  for (const [type] of entriesAt(context.document, [])) {
    if (untitledTypes.includes(type)) continue;
    for (const entry of entriesOf(context, type)) requireFields(context.report, entry, ['title']);
  }
};
