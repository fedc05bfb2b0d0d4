import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/storage/blob-store.ts';
import { runTask } from '../../../src/use-cases/collect/run-task.ts';
import type { Person } from '../../support/accounts.ts';
import { actingAs } from '../../support/acting-as.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness, type RequestOptions } from '../../support/harness.ts';
import {
  addOffering,
  fieldsOf,
  newOffering,
  publishOffering,
  send,
  serviceInstanceOf,
  xurrentRefusal,
  type OfferingBody,
} from '../../support/xurrent.ts';

interface Attachment {
  id: number;
  field: string;
  key: string;
  name: string;
  size: number;
  inline: boolean;
  uri: string;
  created_at: string;
}
interface Storage {
  provider: string;
  upload_uri: string;
  size_limit: number;
  local: { key: string };
}

const FOLDER = 'attachments/01234567-89ab-cdef-0123-456789abcdef';
const MAX_BYTES = 10 * 1024 * 1024;

describe('attachments of app offerings', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  const newKey = (name = '${filename}'): string => `attachments/${randomUUID()}/${name}`;
  const post = (content: string | Buffer, key: string, options: RequestOptions = {}): Promise<Response> => {
    const body = new FormData();
    body.append('Content-Type', 'text/plain');
    body.append('key', key);
    body.append('file', new Blob([new Uint8Array(Buffer.from(content))]), 'terms.txt');
    return harness.request('/v1/attachments', { method: 'POST', body, ...options });
  };
  const upload = async (content: string, name?: string, as?: Person): Promise<string> =>
    (await read<{ key: string }>(await post(content, newKey(name), as && { as }), 201)).key;
  const change = (id: number, json: object): Promise<Response> =>
    send(harness, 'PATCH', `/v1/app_offerings/${id}`, { json });
  const listOf = (offering: OfferingBody): Attachment[] => offering['attachments'] as Attachment[];
  const changed = async (id: number, json: object): Promise<Attachment[]> =>
    listOf(await read<OfferingBody>(await change(id, json), 200));
  const download = (one: Attachment, options?: RequestOptions): Promise<Response> =>
    harness.request(new URL(one.uri).pathname, options);
  const isStored = async (content: string): Promise<boolean> =>
    (await harness.deps.blobs.size(digestOf(Buffer.from(content)))) !== undefined;
  /** Lets a day pass for uploads, and collects. */
  const collect = async (): Promise<void> => {
    await harness.deps.db.query(`update attachments set touched_at = touched_at - interval '25 hours'`);
    await runTask(harness.deps, 'collect.uploads', { graceSeconds: 0, most: 100 });
  };

  it('are uploaded with text fields that are ignored, and named', async () => {
    const body = new FormData();
    for (const [name, value] of Object.entries({ key: newKey(), 'Content-Type': 'text/plain', acl: 'private' }))
      body.append(name, value);
    body.append('file', new Blob(['Terms']), 'terms.txt');
    const answer = await harness.request('/v1/attachments', { method: 'POST', body });
    expect([answer.status, answer.headers.get('x-appyard-ignored')]).toEqual([201, 'acl']);
  });

  it('are uploaded as the storage says, named by their keys, and read back', async () => {
    const storage = await read<Storage>(await harness.request('/v1/attachments/storage'), 200);
    expect(storage).toMatchObject({ provider: 'local', size_limit: MAX_BYTES });
    expect(new URL(storage.upload_uri).pathname).toBe('/v1/attachments');
    const key = storage.local.key.replace('${filename}', 'Überblick – 1.txt');
    expect(await read(await post('The overview', key), 201)).toEqual({ key });
    const other = await upload('A picture');
    expect(other).toMatch(/\/terms\.txt$/);

    const offering = await addOffering(harness, {
      name: 'With attachments',
      description: `See ![](${other})`,
      description_attachments: [
        { key, filesize: 12 },
        { key: other, inline: 'true' },
      ],
      features_attachments: [],
    });
    const list = listOf(offering);
    expect(list).toEqual([
      expect.objectContaining({
        field: 'description_attachments',
        key,
        name: 'Überblick – 1.txt',
        size: 12,
        inline: false,
      }),
      expect.objectContaining({
        field: 'description_attachments',
        key: other,
        name: 'terms.txt',
        size: 9,
        inline: true,
      }),
    ]);
    for (const name of ['compliance_attachments', 'description_attachments', 'features_attachments'])
      expect(offering).not.toHaveProperty(name);
    const answer = await download(list[0]!);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename=.*filename\*=UTF-8''%C3%9Cberblick/,
    );
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
    expect(await answer.text()).toBe('The overview');
    expect(
      listOf(
        (
          await read<OfferingBody[]>(
            await harness.request(`/v1/app_offerings?id=${offering.id}&fields=attachments`),
            200,
          )
        )[0]!,
      ),
    ).toEqual(list);
    expect(await changed(offering.id, { ...offering, name: 'Sent back' })).toEqual(list);
  });

  it('have the same storage at the offerings and at each offering', async () => {
    const { id } = await addOffering(harness, { name: 'Asked for storage' });
    for (const route of ['/v1/app_offerings/attachment_upload', `/app_offerings/${id}/attachment_upload`])
      expect(await read<Storage>(await harness.request(route), 200)).toMatchObject({ provider: 'local' });
    await xurrentRefusal(await harness.request('/v1/app_offerings/999999/attachment_upload'), 404);
  });

  it('are replaced field by field, removed, and collected when nothing uses them', async () => {
    const [first, second, terms] = [await upload('First'), await upload('Second'), await upload('Terms')];
    const { id } = await addOffering(harness, {
      name: 'Replaced',
      description_attachments: [{ key: first }],
      compliance_attachments: [{ key: terms }],
    });
    const replaced = await changed(id, { description_attachments: [{ key: second }] });
    expect(replaced.map(({ key }) => key)).toEqual([terms, second]);
    await collect();
    expect([await isStored('First'), await isStored('Second'), await isStored('Terms')]).toEqual([false, true, true]);
    expect(fieldsOf(await xurrentRefusal(await change(id, { features_attachments: [{ key: first }] }), 422))).toEqual([
      'features_attachments',
    ]);
    expect(await changed(id, { description_attachments: null, compliance_attachments: [] })).toEqual([]);
    expect((await download(replaced[0]!)).status).toBe(404);
    await collect();
    expect([await isStored('Second'), await isStored('Terms')]).toEqual([false, false]);
  });

  it('stay a day when nothing uses them yet', async () => {
    const key = await upload('Not yet used');
    await runTask(harness.deps, 'collect.uploads', { graceSeconds: 0, most: 100 });
    expect(await isStored('Not yet used')).toBe(true);
    await collect();
    expect(await isStored('Not yet used')).toBe(false);
    const { id } = await addOffering(harness, { name: 'Too late' });
    await xurrentRefusal(await change(id, { features_attachments: [{ key }] }), 422);
  });

  it('stay with the version that was published, for whoever sees it', async () => {
    const key = await upload('Published');
    const { id } = await addOffering(harness, { name: 'Published with one', features_attachments: [{ key }] });
    const other = actingAs(harness, 'other');
    const [attachment] = listOf(await publishOffering(harness, id));
    const before = await read<OfferingBody>(await other.request(`/v1/app_offerings/${id}`), 200);
    expect(await changed(id, { features_attachments: [{ key: await upload('Draft') }] })).toHaveLength(1);
    await collect();
    const seen = await read<OfferingBody>(await other.request(`/v1/app_offerings/${id}`), 200);
    expect(listOf(seen)).toEqual([attachment]);
    expect(seen).toEqual(before);
    for (const as of ['other', 'agent', 'admin'] as const) {
      const answer = await download(attachment!, { as });
      expect([as, answer.status, await answer.text()]).toEqual([as, 200, 'Published']);
    }
    const own = await read<OfferingBody>(await harness.request(`/v1/app_offerings/${id}`), 200);
    expect((await download(listOf(own)[0]!)).status).toBe(200);
    await xurrentRefusal(await download(listOf(own)[0]!, { as: 'other' }), 404);
  });

  it('of a draft are not shown with a version that was published before there were attachments', async () => {
    const { id } = await addOffering(harness, { name: 'Older' });
    await publishOffering(harness, id);
    const { db } = harness.deps;
    await db.query(`update app_versions set attributes = attributes - 'attachments' where app_id = $1`, [id]);
    await db.query(`update apps set attributes = attributes - 'attachments' where id = $1`, [id]);
    expect(await changed(id, { features_attachments: [{ key: await upload('Only draft') }] })).toHaveLength(1);
    const seen = await read<OfferingBody>(await actingAs(harness, 'other').request(`/v1/app_offerings/${id}`), 200);
    expect(listOf(seen)).toEqual([]);
  });

  it('may be used by several texts and offerings, and go with the last of them', async () => {
    const key = await upload('Shared');
    const both = { description_attachments: [{ key }], features_attachments: [{ key }] };
    const one = await addOffering(harness, { name: 'Shared one', ...both });
    const two = await addOffering(harness, { name: 'Shared two', ...both });
    expect(listOf(two).map(({ field }) => field)).toEqual(['description_attachments', 'features_attachments']);
    await changed(one.id, { description_attachments: [], features_attachments: [] });
    await collect();
    expect(await (await download(listOf(two)[0]!)).text()).toBe('Shared');
    await harness.deps.db.query('delete from apps where id = $1', [two.id]);
    await collect();
    expect(await isStored('Shared')).toBe(false);
    const twice = { description_attachments: [{ key: 'x' }, { key: 'x' }] };
    expect((await xurrentRefusal(await change(one.id, twice), 422)).errors).toEqual([
      ['description_attachments', 'must name each key once'],
    ]);
  });

  it('are nobody else’s: not of another account, an agent, or nobody', async () => {
    const key = await upload('Mine');
    const other = actingAs(harness, 'other');
    const json = newOffering(await serviceInstanceOf(other), { name: 'Thief', description_attachments: [{ key }] });
    const refused = await xurrentRefusal(await send(other, 'POST', '/v1/app_offerings', { json }), 422);
    expect(fieldsOf(refused)).toEqual(['description_attachments']);
    const mine = await addOffering(harness, { name: 'Not published', description_attachments: [{ key }] });
    await xurrentRefusal(await download(listOf(mine)[0]!, { as: 'other' }), 404);
    await xurrentRefusal(await download(listOf(mine)[0]!, { as: null }), 401);
    expect((await download(listOf(mine)[0]!, { as: 'agent' })).status).toBe(200);
    for (const [as, status] of [
      ['agent', 403],
      [null, 401],
    ] as const) {
      await xurrentRefusal(await post('No', newKey(), { as }), status);
      await xurrentRefusal(await harness.request('/v1/attachments/storage', { as }), status);
      await xurrentRefusal(await harness.request('/v1/app_offerings/attachment_upload', { as }), status);
    }
  });

  it('have one file for each key, which a repetition does not change', async () => {
    const key = newKey('one.txt');
    await read(await post('One', key), 201);
    await read(await post('One', key), 201);
    expect(fieldsOf(await xurrentRefusal(await post('Two', key), 422))).toEqual(['key']);
    const { rows } = await harness.deps.db.query('select size from attachments where key = $1', [key]);
    expect(rows).toEqual([{ size: 3 }]);
    const headers = { 'Idempotency-Key': 'attachment-once' };
    const again = newKey('again.txt');
    await read(await post('Again', again, { headers }), 201);
    const repeated = await post('Again', again, { headers });
    expect(repeated.headers.get('idempotency-replayed')).toBe('true');
    expect(await read(repeated, 201)).toEqual({ key: again });
    await xurrentRefusal(await post('Other', again, { headers }), 422);
  });

  it.each([
    '',
    'x',
    'attachments/1/a.txt',
    `${FOLDER}/`,
    `${FOLDER}/a/b`,
    `${FOLDER}/a\\b`,
    `${FOLDER}/a\tb`,
    `${FOLDER}/${'x'.repeat(256)}`,
  ])('refuse the key %j', async (key) => {
    expect(fieldsOf(await xurrentRefusal(await post('No', key), 422))).toEqual(['key']);
    expect(await isStored('No')).toBe(false);
  });

  it('have a largest size, a largest number, and count against the quotas', async () => {
    expect((await xurrentRefusal(await post(Buffer.alloc(MAX_BYTES + 1), newKey()), 413)).message).toBe(
      `The file is larger than ${MAX_BYTES} bytes.`,
    );
    expect((await xurrentRefusal(await post(Buffer.alloc(MAX_BYTES + 70_000), newKey()), 413)).message).toContain(
      'file',
    );
    const keys = [];
    for (let index = 0; index < 20; index += 1) keys.push(await upload('Many', `${index}.txt`));
    const all = keys.map((key) => ({ key }));
    const { id } = await addOffering(harness, { name: 'Many', features_attachments: all });
    const more = [...all, { key: await upload('Many') }];
    expect((await xurrentRefusal(await change(id, { features_attachments: more }), 422)).errors).toEqual([
      ['features_attachments', 'must be at most 20 attachments'],
    ]);
    const { db } = harness.deps;
    for (const quota of ['bytes', 'records']) {
      await db.query(`update accounts set quotas = jsonb_build_object($1::text, 5)`, [quota]);
      const refused = await xurrentRefusal(await post('Beyond the quota', newKey()), 422);
      expect(refused.errors![0]![1]).toContain(`quota of ${quota}`);
    }
    await db.query(`update accounts set quotas = '{}'`);
  });

  it('are in the audit log: the upload, and the names that an offering has', async () => {
    const key = await upload('Audited', 'audited.txt');
    const { id } = await addOffering(harness, { name: 'Audited', features_attachments: [{ key }] });
    const { rows } = await harness.deps.db.query<{ type: string; after: object }>(
      `select subject_type as type, after from audit_entries
       where subject_name = 'audited.txt' or subject_type = 'app' and subject_id = $1 order by id`,
      [id],
    );
    expect(rows).toEqual([
      { type: 'attachment', after: { sha256: digestOf(Buffer.from('Audited')), size: 7 } },
      { type: 'app', after: expect.objectContaining({ attachments: ['audited.txt'] }) as object },
    ]);
  });
});
