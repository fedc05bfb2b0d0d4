import { Router, type Request, type Response } from 'express';
import {
  loadSharedInstallations,
  pageOfSharedInstallations,
  type SharedColumnRef,
  type SharedListRef,
} from '../../../db/installation-lists.ts';
import type { ListRequest } from '../../../db/list-page.ts';
import type { Deps } from '../../../deps.ts';
import { userOf } from '../../auth.ts';
import { domainOf } from './addresses.ts';
import type { Collection } from './collection.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import { instancesOf } from './instance.ts';
import { ownOffering } from './find-offering.ts';
import { presentInstance } from './present-instance.ts';
import { sendPage } from './send-page.ts';

const SHOWN = [
  'created_at',
  'id',
  'nodeID',
  'updated_at',
  'disabled',
  'customer_account',
  'app_offering',
  'enabled_by_customer',
];
const OTHERS = [
  'attachments',
  'custom_fields',
  'customer_representative',
  'suspended',
  'suspension_comment',
  'webhook',
];

const collection: Collection<SharedColumnRef> = {
  fields: [...SHOWN, ...OTHERS],
  shown: SHOWN,
  filters: {
    id: { type: 'integer', column: 'id' },
    created_at: { type: 'moment', column: 'createdAt' },
    updated_at: { type: 'moment', column: 'updatedAt' },
    disabled: { type: 'flag', column: { attribute: 'disabled', type: 'flag' } },
  },
  sorts: ['id', 'created_at', 'updated_at'],
  order: [{ column: 'id', descending: false }],
};

/** Instances of one offering, for its provider. */
export const offeringInstanceRoutes = (deps: Deps): Router => {
  const router = Router({ caseSensitive: true, mergeParams: true });
  router.get('/', async (req: Request<{ id: string }>, res) => {
    const { accountId } = userOf(res);
    const { id } = await ownOffering(deps, { accountId, asked: req.params.id });
    await sendInstances(deps, { req, res }, instancesOf(accountId, { appId: id, ownedOnly: true }));
  });
  router.all('/', refuseOtherMethods('GET', 'HEAD'));
  return router;
};

/** Answers with a page of a list of instances. */
export const sendInstances = (
  deps: Deps,
  { req, res }: { req: Request; res: Response },
  list: SharedListRef,
  disabled?: boolean,
): Promise<void> => {
  const viewer = { accountId: list.accountId, domain: domainOf(deps) };
  const narrowed = (request: ListRequest): ListRequest['conditions'] =>
    disabled === undefined
      ? request.conditions
      : [...request.conditions, { column: 'disabled', negated: false, test: { is: 'flag', value: disabled } }];
  return sendPage(
    deps,
    { req, res },
    {
      collection,
      select: (request) => pageOfSharedInstallations(deps.db, list, { ...request, conditions: narrowed(request) }),
      load: (ids) => loadSharedInstallations(deps.db, list, ids),
      present: (row) => presentInstance(row, viewer),
    },
  );
};
