import { Router, type Request, type Response } from 'express';
import { changeDoorRecord, findDoorRecordById, type DoorRecord } from '../../../db/door-records.ts';
import { loadRecords, pageOfRecords } from '../../../db/door-record-lists.ts';
import type { ListRequest } from '../../../db/list-page.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { allow, userOf } from '../../auth.ts';
import { answerOnce } from '../../idempotency.ts';
import { setIgnored } from '../../ignored.ts';
import { acceptJson } from '../../json-body.ts';
import { ignoredFields, parse } from '../../parse.ts';
import { domainOf, recordLocation } from './addresses.ts';
import { deliveryRoutes } from './deliveries.ts';
import { newPolicyOf } from './new-policy.ts';
import { withoutEchoes } from './echoes.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import { readId } from './node-id.ts';
import { newPolicyBody, offeringPolicyBody, policyChangeBody } from './policy-schema.ts';
import { policyOf, policyType } from './policy.ts';
import { policyCollection, presentPolicy } from './present-policy.ts';
import { removePolicy } from './remove-policy.ts';
import { sendPage } from './send-page.ts';

/** Webhook policies, with their deliveries. */
export const policyRoutes = (deps: Deps): Router => {
  const router = Router({ caseSensitive: true });
  const domain = domainOf(deps);

  router.get('/', (req, res) => sendPolicies(deps, { req, res }));
  router.get('/enabled', (req, res) => sendPolicies(deps, { req, res }, false));
  router.get('/disabled', (req, res) => sendPolicies(deps, { req, res }, true));

  router.post('/', allow('admin'), acceptJson(), async (req, res) => {
    const fields = { body: req.body as object };
    setIgnored(res, ignoredFields(newPolicyBody, fields.body));
    const headers = ({ id }: { id: number }) => recordLocation(deps, req, id);
    const policy = newPolicyOf(deps, userOf(res).accountId, fields.body);
    const asked = { route: 'xurrent: add policy', fields, prepare: policy.prepare, headers };
    await answerOnce(deps, { req, res }, asked, async (within) => {
      const { record, key } = await policy.add(within);
      return { status: 201, body: { ...presentPolicy(record, domain), public_key_pem: key.publicPem } };
    });
  });

  router.get('/:id', async (req, res) => {
    res.json(presentPolicy(await getPolicy(deps, userOf(res).accountId, req.params.id), domain));
  });

  const update = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const { accountId } = userOf(res);
    const record = await getPolicy(deps, accountId, req.params.id);
    const policy = policyOf(record);
    const [body, fixed] =
      policy.app_offering === null ? [policyChangeBody, ['jwt_alg']] : [offeringPolicyBody, FROM_OFFERING];
    const sent = withoutEchoes(req.body as object, policy, fixed);
    const { disabled, jwt_audience, jwt_claim_expires_in } = parse(body.schema, sent);
    setIgnored(res, ignoredFields(body, sent));
    const given = Object.entries({ disabled, jwt_audience, jwt_claim_expires_in }).filter(
      ([, one]) => one !== undefined,
    );
    const changed =
      given.length === 0
        ? record
        : await changeDoorRecord(deps.db, policyType(accountId), record.id, Object.fromEntries(given));
    if (!changed) throw notFound(req.params.id);
    res.json(presentPolicy(changed, domain));
  };
  router.patch<{ id: string }>('/:id', allow('admin'), acceptJson(), update);
  router.put<{ id: string }>('/:id', allow('admin'), acceptJson(), update);

  router.delete<{ id: string }>('/:id', allow('admin'), async (req, res) => {
    const { accountId } = userOf(res);
    await removePolicy(deps, accountId, await getPolicy(deps, accountId, req.params.id));
    res.status(204).end();
  });

  router.use('/:id/deliveries', deliveryRoutes(deps, getPolicy));
  router.all(['/', '/enabled', '/disabled'], refuseOtherMethods('GET', 'HEAD', 'POST'));
  router.all('/:id', refuseOtherMethods('GET', 'HEAD', 'PATCH', 'PUT', 'DELETE'));
  return router;
};

/** What the policy of an offering has from it. */
const FROM_OFFERING = ['jwt_alg', 'jwt_audience', 'jwt_claim_expires_in'];

const notFound = (asked: string): NotFoundError =>
  new NotFoundError(`There is no webhook policy ${asked.slice(0, 100)}.`);

const getPolicy = async ({ db }: Pick<Deps, 'db'>, accountId: number, asked: string): Promise<DoorRecord> => {
  const id = readId('WebhookPolicy', asked);
  const record = id === undefined ? undefined : await findDoorRecordById(db, policyType(accountId), id);
  if (!record) throw notFound(asked);
  return record;
};

const sendPolicies = (deps: Deps, { req, res }: { req: Request; res: Response }, disabled?: boolean): Promise<void> => {
  const type = policyType(userOf(res).accountId);
  const narrowed = ({ conditions }: ListRequest): ListRequest['conditions'] =>
    disabled === undefined
      ? conditions
      : [...conditions, { column: 'disabled', negated: false, test: { is: 'flag', value: disabled } }];
  return sendPage(
    deps,
    { req, res },
    {
      collection: policyCollection,
      select: (request) => pageOfRecords(deps.db, type, { ...request, conditions: narrowed(request) }),
      load: (ids) => loadRecords(deps.db, type, ids),
      present: (record) => presentPolicy(record, domainOf(deps)),
    },
  );
};
