import { Router } from 'express';
import { findDoorRecordById, type DoorRecord } from '../../../db/door-records.ts';
import { loadRecords, pageOfRecords, type RecordColumnRef } from '../../../db/door-record-lists.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { allow, userOf } from '../../auth.ts';
import { answerOnce } from '../../idempotency.ts';
import { setIgnored } from '../../ignored.ts';
import { acceptJson } from '../../json-body.ts';
import { ignoredFields, lenientBody, parse } from '../../parse.ts';
import { domainOf, recordLocation } from './addresses.ts';
import { field, line, required } from './coerce.ts';
import type { Collection } from './collection.ts';
import { sourceOf } from './credentials.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import { showMoment } from './moment.ts';
import { nodeIdOf, readId } from './node-id.ts';
import { withRequired } from './offering-schema.ts';
import { addRecord, ensureFirst, recordTypeOf, smallRecordOf, type SmallResource } from './records.ts';
import { sendPage } from './send-page.ts';

const body = lenientBody({ name: required(line(128)), source: field(line(30)), sourceID: field(line(128)) });

const collection: Collection<RecordColumnRef> = {
  fields: ['id', 'nodeID', 'name', 'source', 'sourceID', 'created_at', 'updated_at'],
  shown: ['id', 'nodeID', 'name', 'sourceID', 'created_at', 'updated_at'],
  filters: {
    id: { type: 'integer', column: 'id' },
    name: { type: 'text', column: { attribute: 'name', type: 'text', foldsCase: true } },
    source: { type: 'text', column: { attribute: 'source', type: 'text' } },
    sourceID: { type: 'text', column: { attribute: 'sourceID', type: 'text' } },
    created_at: { type: 'moment', column: 'createdAt' },
    updated_at: { type: 'moment', column: 'updatedAt' },
  },
  sorts: ['id', 'name', 'sourceID', 'created_at', 'updated_at'],
  order: [{ column: 'name', descending: false }],
};

const presenter =
  (domain: string, { node }: SmallResource) =>
  (record: DoorRecord): Record<string, unknown> => {
    const { name, source, sourceID } = smallRecordOf(record);
    return {
      id: record.id,
      nodeID: nodeIdOf(domain, node, record.id),
      name,
      source,
      sourceID,
      created_at: showMoment(record.createdAt),
      updated_at: showMoment(record.updatedAt),
    };
  };

/** List, get and create. */
export const recordRoutes = (deps: Deps, resource: SmallResource): Router => {
  const router = Router({ caseSensitive: true });
  const present = presenter(domainOf(deps), resource);

  router.get('/', async (req, res) => {
    const { accountId } = userOf(res);
    await ensureFirst(deps, resource, accountId);
    const type = recordTypeOf(resource, accountId);
    await sendPage(
      deps,
      { req, res },
      {
        collection,
        select: (request) => pageOfRecords(deps.db, type, request),
        load: (ids) => loadRecords(deps.db, type, ids),
        present,
      },
    );
  });

  router.post('/', allow('admin'), acceptJson(), async (req, res) => {
    const { name, source, sourceID } = parse(
      body.schema,
      withRequired({ source: sourceOf(req), ...req.body }, ['name']),
    );
    setIgnored(res, ignoredFields(body, req.body as object));
    const { accountId } = userOf(res);
    const record = { name: name!, source: source ?? null, sourceID: sourceID ?? null };
    const headers = ({ id }: { id: number }) => recordLocation(deps, req, id);
    const asked = { route: `xurrent: add ${resource.type}`, fields: record, headers };
    await answerOnce(deps, { req, res }, asked, async (within) => {
      await ensureFirst(within, resource, accountId);
      return { status: 201, body: present(await addRecord(within, resource, accountId, record)) };
    });
  });

  router.get('/:id', async (req, res) => {
    const { accountId } = userOf(res);
    await ensureFirst(deps, resource, accountId);
    const id = readId(resource.node, req.params.id);
    const record =
      id === undefined ? undefined : await findDoorRecordById(deps.db, recordTypeOf(resource, accountId), id);
    if (!record) throw new NotFoundError(`There is nothing at ${resource.path}/${req.params.id}.`);
    res.json(present(record));
  });

  router.all('/', refuseOtherMethods('GET', 'HEAD', 'POST'));
  router.all('/:id', refuseOtherMethods('GET', 'HEAD'));
  return router;
};
