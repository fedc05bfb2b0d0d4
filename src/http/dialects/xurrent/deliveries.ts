import { Router, type Request } from 'express';
import { findDelivery } from '../../../db/deliveries.ts';
import { listDeliveryIds, readDeliveries, type DeliveryReport } from '../../../db/delivery-lists.ts';
import type { DoorRecord } from '../../../db/door-records.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { isUuid } from '../../../domain/uuid.ts';
import { redeliver } from '../../../use-cases/deliveries/redeliver.ts';
import { allow, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { answerOnce } from '../../idempotency.ts';
import { mapChunks, sendList } from '../../send-list.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import { badQuery } from './errors.ts';
import { KIND } from './kind.ts';
import { showMoment } from './moment.ts';
import { subjectOf } from './webhook.ts';

/** Of a list; each one shows its newest attempts. */
const USUAL = 20;
const MOST = 100;

const showTime = (moment: Date | null): string | null => moment && showMoment(moment);

const presentDelivery = ({
  id,
  topic,
  url,
  state,
  createdAt,
  finishedAt,
  nextAttemptAt,
  attempts,
}: DeliveryReport) => ({
  id,
  event: topic,
  uri: url,
  state,
  created_at: showMoment(createdAt),
  finished_at: showTime(finishedAt),
  next_attempt_at: showTime(nextAttemptAt),
  attempts: attempts.map(({ number, startedAt, endedAt, status, error, answer }) => ({
    number,
    started_at: showMoment(startedAt),
    ended_at: showTime(endedAt),
    status,
    error,
    answer,
  })),
});

type LoadPolicy = (deps: Pick<Deps, 'db'>, accountId: number, asked: string) => Promise<DoorRecord>;
type OfPolicy = Request<{ id: string; delivery: string }>;

/** What was sent, or is to be, under a policy; newest first. Routes of ours. */
export const deliveryRoutes = (deps: Deps, loadPolicy: LoadPolicy): Router => {
  const router = Router({ caseSensitive: true, mergeParams: true });

  router.get('/', async (req: Request<{ id: string }>, res) => {
    const { accountId } = userOf(res);
    const { id } = await loadPolicy(deps, accountId, req.params.id);
    const list = { accountId, door: KIND, subject: subjectOf(id), before: beforeOf(req), limit: limitOf(req) };
    const chunks = readDeliveries(deps.db, accountId, await listDeliveryIds(deps.db, list));
    const items = mapChunks(chunks, (deliveries) => deliveries.map(presentDelivery));
    await sendList(deps, { req, res }, { head: '[', tail: () => ']' }, items);
  });

  router.post('/:delivery/redeliver', allow('admin'), async (req: Request, res) => {
    const { params: fields } = req as OfPolicy;
    const { accountId } = userOf(res);
    const headers = () => ({ Location: `${createBaseUrl(deps.config)(req)}${req.baseUrl}` });
    await answerOnce(deps, { req, res }, { route: 'xurrent: redeliver', fields, headers }, async (within) => {
      const { id } = await loadPolicy(within, accountId, fields.id);
      const delivery = isUuid(fields.delivery) ? await findDelivery(within.db, accountId, fields.delivery) : undefined;
      if (!delivery || delivery.door !== KIND || delivery.subject !== subjectOf(id))
        throw new NotFoundError(`There is no delivery ${fields.delivery.slice(0, 60)} of this policy.`);
      await redeliver(within, { accountId, id: delivery.id });
      return { status: 202, body: { id: delivery.id, state: 'pending' } };
    });
  });

  router.all('/', refuseOtherMethods('GET', 'HEAD'));
  router.all('/:delivery/redeliver', refuseOtherMethods('POST'));
  return router;
};

const beforeOf = (req: Request<{ id: string }>): string | undefined => {
  const before = req.query['before'];
  if (before === undefined) return undefined;
  if (typeof before !== 'string' || !isUuid(before)) throw badQuery('before: must be the id of a delivery.');
  return before;
};

const limitOf = (req: Request<{ id: string }>): number => {
  const asked = req.query['per_page'] ?? String(USUAL);
  if (typeof asked !== 'string' || !/^[1-9]\d{0,8}$/.test(asked))
    throw badQuery('per_page: must be a whole number from 1 on.');
  return Math.min(Number(asked), MOST);
};
