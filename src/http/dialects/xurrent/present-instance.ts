import type { SharedInstallation } from '../../../db/installation-lists.ts';
import { instanceOf } from './instance.ts';
import { showMoment } from './moment.ts';
import { nodeIdOf } from './node-id.ts';
import { accountReference, type Viewer } from './present-offering.ts';

/** All fields; the account only where it is not the reader's own. */
export const presentInstance = (row: SharedInstallation, { accountId, domain }: Viewer): Record<string, unknown> => {
  const instance = instanceOf(row);
  return {
    id: row.id,
    nodeID: nodeIdOf(domain, 'AppInstance', row.id),
    ...(row.accountId !== accountId && { account: accountReference(row.account) }),
    app_offering: {
      reference: row.appKey,
      id: row.appId,
      ...(row.ownerId !== accountId && { account: accountReference(row.owner) }),
    },
    customer_account: accountReference(row.account),
    customer_representative: instance.customer_representative,
    custom_fields: instance.custom_fields,
    disabled: instance.disabled,
    enabled_by_customer: row.enabled,
    suspended: instance.suspended,
    suspension_comment: instance.suspension_comment,
    webhook: null,
    attachments: [],
    created_at: showMoment(row.createdAt),
    updated_at: showMoment(row.updatedAt),
  };
};
