import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, read, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness, type RequestOptions } from '../../support/harness.ts';
import { filePart, MULTIPART, multipart, zipLike } from '../../support/multipart.ts';
import { buildArchive, uploadForm } from '../../support/packages.ts';
import { answerOn, openSocket, sendRaw } from '../../support/raw-http.ts';
import { refusal } from '../../support/refusal.ts';
import { tracesOf, type Traces } from '../../support/traces.ts';

const LIMIT = 100_000;
const ROUTE = '/api/sell/apps/uploads.json';

describe('uploading a package', () => {
  let harness: Harness;
  let before: Traces;
  beforeAll(async () => {
    harness = await createHarness('postgres', { env: { MAX_PACKAGE_BYTES: String(LIMIT) } });
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    vi.mocked(harness.deps.log.error).mockClear();
    before = await tracesOf(harness.deps);
  });

  const post = (options: RequestOptions): Promise<Response> => harness.request(ROUTE, { method: 'POST', ...options });
  const postBytes = (body: Buffer, headers: Record<string, string> = MULTIPART): Promise<Response> =>
    post({ body: new Uint8Array(body), headers });
  const authorization = (): string => `Bearer ${harness.tokens.admin}`;

  it.each([
    '/api/sell/apps/uploads',
    '/api/sell/apps/uploads.json',
    '/api/v2/apps/uploads',
    '/api/v2/apps/uploads.json',
    '/api/support/apps/uploads.json',
  ])('answers 201 with nothing but the id of the upload at %s', async (route) => {
    const response = await harness.request(route, { method: 'POST', body: uploadForm(buildArchive()) });
    expect(await read(response, 201)).toEqual({ id: expect.any(Number) as number });
    // A file that was there already is removed while the answer is on its way.
    await vi.waitFor(async () => expect((await tracesOf(harness.deps)).incoming).toEqual([]));
  });

  it('keeps the same file once, under two ids', async () => {
    const archive = zipLike(5_000);
    const ids = [await uploadPackage(harness, archive), await uploadPackage(harness, archive)];
    expect(new Set(ids).size).toBe(2);
    const after = await tracesOf(harness.deps);
    expect(after.blobs).toHaveLength(before.blobs.length + 1);
    expect(after).toMatchObject({ incoming: [], uploads: before.uploads + 2 });
  });

  it('takes text fields beside the file, and says that they are ignored', async () => {
    const fields = [
      { disposition: 'name="note"', content: 'hello' },
      { disposition: 'name="a b"', content: 'a value' },
    ];
    const answer = await postBytes(multipart([...fields, filePart(zipLike(500))]));
    expect(answer.headers.get('x-appyard-ignored')).toBe('note, a%20b');
    expect(await read(answer, 201)).toEqual({ id: expect.any(Number) as number });
    const alone = await postBytes(multipart([filePart(zipLike(500))]));
    expect(alone.headers.get('x-appyard-ignored')).toBeNull();
  });

  it('takes a package of exactly the limit', async () => {
    const archive = zipLike(LIMIT);
    await uploadPackage(harness, archive);
    const { rows } = await harness.deps.db.query<{ size: number }>('select size from uploads order by id desc limit 1');
    expect(rows).toEqual([{ size: LIMIT }]);
  });

  const file = (): Buffer => zipLike(2_000);
  const hostile: [name: string, send: () => Promise<Response>, status: number, description: RegExp][] = [
    ['a file in another field', () => post({ body: uploadForm(file(), 'file') }), 422, /"file".*"uploaded_data"/],
    ['two files in the same field', () => postBytes(multipart([filePart(file()), filePart(file())])), 422, /one file/i],
    [
      'a second file in another field',
      () => postBytes(multipart([filePart(file()), filePart(file(), 'more')])),
      422,
      /one file/i,
    ],
    [
      'fields without a file',
      () => postBytes(multipart([{ disposition: 'name="a"', content: 'b' }])),
      422,
      /uploaded_data/,
    ],
    [
      'a text where the file belongs',
      () => postBytes(multipart([{ disposition: 'name="uploaded_data"', content: '@app.zip' }])),
      422,
      /text.*file itself/,
    ],
    ['a JSON body', () => post({ json: { uploaded_data: 'UEsDBA==' } }), 400, /multipart\/form-data/],
    ['the bare bytes of the package', () => postBytes(file(), { 'content-type': 'application/zip' }), 400, /multipart/],
    ['multipart/mixed', () => postBytes(file(), { 'content-type': 'multipart/mixed; boundary=x' }), 400, /form-data/],
    ['an empty multipart body', () => postBytes(multipart([])), 422, /uploaded_data/],
    ['no body at all', () => post({ headers: MULTIPART }), 400, /Unexpected end of form/],
    ['neither body nor type', () => post({}), 400, /multipart\/form-data/],
    ['a body that is cut short', () => postBytes(multipart([filePart(file())], { closed: false })), 400, /./],
    ['a cut in the head of a part', () => postBytes(multipart([filePart(file())]).subarray(0, 40)), 400, /./],
    ['an empty file', () => postBytes(multipart([filePart(Buffer.alloc(0))])), 422, /zip/],
    ['a file of two bytes', () => postBytes(multipart([filePart(Buffer.from('PK'))])), 422, /zip/],
    ['first bytes of something else', () => postBytes(multipart([filePart(randomBytes(2_000))])), 422, /zip/],
    ['one byte more than the limit', () => post({ body: uploadForm(zipLike(LIMIT + 1)) }), 413, /larger than/],
    ['a field name that is too long', () => postBytes(multipart([filePart(file(), 'x'.repeat(101))])), 422, /./],
    [
      'a file without a field name',
      () => postBytes(multipart([{ disposition: 'filename="a.zip"', content: file() }])),
      422,
      /./,
    ],
    [
      'a text of many kilobytes beside the file',
      () => postBytes(multipart([{ disposition: 'name="note"', content: 'x'.repeat(70_000) }, filePart(file())])),
      422,
      /./,
    ],
    [
      'many fields',
      () =>
        postBytes(
          multipart([
            filePart(file()),
            ...Array.from({ length: 50 }, (_, i) => ({ disposition: `name="field_${i}"`, content: 'x' })),
          ]),
        ),
      422,
      /./,
    ],
  ];

  const nested = [
    ['an index beyond all memory', 'a[4294967294]', 'a[x]'],
    ['an index of zero', 'a[0]', 'a[0]'],
    ['a list', 'a[]', 'a[]'],
    ['a path', 'settings[name]', 'settings[token]'],
    ['a deep path', `a${'[a]'.repeat(30)}`, 'b'],
    ['a prototype', '__proto__[x]', 'constructor[prototype][x]'],
    ['half a bracket', 'a[', 'a[['],
  ] as const;

  it.each(nested)('refuses field names with brackets, named in the answer: %s', async (_name, ...names) => {
    const fields = names.map((name) => ({ disposition: `name="${name}"`, content: '5' }));
    for (const route of [ROUTE, '/api/v2/apps/validate']) {
      const body = new Uint8Array(multipart([...fields, filePart(file())]));
      const response = await harness.request(route, { method: 'POST', body, headers: MULTIPART });
      const { description } = await refusal(response, 422);
      expect(description).toContain(JSON.stringify(names[0].slice(0, 60)));
      expect(description).toContain('without brackets');
    }
    expect(await tracesOf(harness.deps)).toEqual(before);
  });

  it.each(hostile)('refuses %s and keeps nothing', async (_name, send, status, description) => {
    expect((await refusal(await send(), status)).description).toMatch(description);
    expect(await tracesOf(harness.deps)).toEqual(before);
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it('takes a file whose name no database can hold, or refuses it', async () => {
    const disposition = `name="uploaded_data"; filename*=utf-8''a%00b.zip`;
    const response = await postBytes(multipart([{ disposition, content: file() }]));
    expect(`${response.status} ${await response.text()}`).not.toMatch(/^5/);
    expect((await tracesOf(harness.deps)).incoming).toEqual([]);
  });

  it.each([1, 300_000])('refuses a body of undeclared length with %d bytes more than the limit', async (more) => {
    const answer = await sendRaw(harness.origin, {
      path: ROUTE,
      method: 'POST',
      headers: { ...MULTIPART, authorization: authorization() },
      body: multipart([filePart(zipLike(LIMIT + more))]),
      chunked: true,
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body.toString())).toEqual({
      error: 'too_large',
      description: expect.stringMatching(/larger than/) as string,
    });
    expect(await tracesOf(harness.deps)).toEqual(before);
  });

  it('refuses a declared length far over the limit before a byte of it has come', async () => {
    const socket = await openSocket(harness.origin);
    const answer = answerOn(socket, /\}\s*$/);
    socket.write(head(harness, 10_000_000_000));
    expect(await answer).toMatch(/^HTTP\/1.1 413 [^]*"description":"The package is larger than 100000 bytes\."/);
    socket.destroy();
    expect(await tracesOf(harness.deps)).toEqual(before);
  });

  it.each([
    ['nothing but the head', 0],
    ['a third of the file', 20_000],
    ['all of the file but not the end of the body', 60_000],
  ])('leaves nothing when clients go away after %s', async (_name, sent) => {
    const part = multipart([filePart(zipLike(60_000))], { closed: false });
    const headBytes = part.length - 60_000;
    const sockets = await Promise.all(Array.from({ length: 4 }, () => openSocket(harness.origin)));
    for (const socket of sockets) {
      socket.write(head(harness, 90_000));
      if (sent > 0) socket.write(part.subarray(0, headBytes + sent));
    }
    const spooled = sent > 0 ? sockets.length : 0;
    await vi.waitFor(async () => expect((await tracesOf(harness.deps)).incoming).toHaveLength(spooled), {
      timeout: 10_000,
    });
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(async () => expect(await tracesOf(harness.deps)).toEqual(before), { timeout: 10_000 });
    // The same server goes on working, and a client that goes away is not its failure.
    await uploadPackage(harness, zipLike(1_000));
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it('leaves nothing when clients go away as soon as they have begun', async () => {
    for (let round = 0; round < 20; round += 1) {
      const socket = await openSocket(harness.origin);
      socket.write(head(harness, 90_000));
      socket.write(multipart([filePart(zipLike(500))], { closed: false }), () => socket.destroy());
    }
    await uploadPackage(harness, zipLike(1_000));
    await vi.waitFor(async () => expect((await tracesOf(harness.deps)).incoming).toEqual([]), { timeout: 10_000 });
    expect((await tracesOf(harness.deps)).uploads).toBe(before.uploads + 1);
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it.each([
    ['nobody', null, 401],
    ['an agent', 'agent', 403],
    ['an operator', 'operator', 403],
  ] as const)('takes nothing from %s', async (_name, as, status) => {
    await refusal(await post({ as, body: uploadForm(file()) }), status);
    expect(await tracesOf(harness.deps)).toEqual(before);
  });

  it('lets no other account use the upload', async () => {
    const json = { upload_id: await uploadPackage(harness, buildArchive()) };
    await refusal(await harness.request('/api/apps.json', { as: 'other', method: 'POST', json }), 404);
    await read(await harness.request('/api/apps.json', { method: 'POST', json }), 202);
    expect(await createApp(harness, buildArchive())).toMatch(/^[0-9a-f]{32}$/);
  });
});

const head = ({ tokens }: Harness, length: number): string =>
  [
    `POST ${ROUTE} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${tokens.admin}`,
    `Content-Type: ${MULTIPART['content-type']}`,
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n');
