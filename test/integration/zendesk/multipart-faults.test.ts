import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import { filePart, MULTIPART, multipart, zipLike } from '../../support/multipart.ts';
import { refusal } from '../../support/refusal.ts';
import { tracesOf } from '../../support/traces.ts';

const replaced = (body: Buffer, from: string, to: string): Buffer =>
  Buffer.from(body.toString('latin1').replaceAll(from, to), 'latin1');

const good = (): Buffer => multipart([filePart(zipLike(500))]);
const typed = (type: string): Record<string, string> => ({ 'content-type': type });

describe('a multipart body that is said badly', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  const post = (body: Buffer, headers: Record<string, string> = MULTIPART, route = '/api/v2/apps/uploads') =>
    harness.request(route, { method: 'POST', body: new Uint8Array(body), headers });

  const NO_BOUNDARY = /^The header Content-Type has no boundary\. Do not set this header yourself/;
  const faults: [string, Buffer, Record<string, string>, number, RegExp][] = [
    ['has no boundary', good(), typed('multipart/form-data'), 400, NO_BOUNDARY],
    ['has an empty boundary', good(), typed('multipart/form-data; boundary='), 400, NO_BOUNDARY],
    ['has an empty boundary in quotes', good(), typed('multipart/form-data; boundary=""'), 400, NO_BOUNDARY],
    [
      'announces another boundary',
      good(),
      typed('multipart/form-data; boundary="x y"'),
      400,
      /by the boundary "cut-here", but the header Content-Type announces "x y"\.$/,
    ],
    [
      'is compressed',
      gzipSync(good()),
      { ...MULTIPART, 'content-encoding': 'gzip' },
      415,
      /^The body is compressed \(Content-Encoding: gzip\)\. Send it uncompressed\.$/,
    ],
    ['is compressed without a header', gzipSync(good()), MULTIPART, 400, /compressed with gzip, and no header says so/],
    ['is a bare zip file', zipLike(500), MULTIPART, 400, /^The body is a bare zip file, not multipart\/form-data\./],
    [
      'has another type',
      zipLike(500),
      typed('application/zip'),
      400,
      /as multipart\/form-data \(curl -F\)\. The request has the Content-Type "application\/zip"\.$/,
    ],
    ['has lines that end in LF', replaced(good(), '\r', ''), MULTIPART, 400, /end in LF\. They must end in CRLF\.$/],
    [
      'has an attachment for a part',
      replaced(good(), 'form-data;', 'attachment;'),
      MULTIPART,
      400,
      /has "Content-Disposition: attachment; .*It must be "form-data; name=…; filename=…"\.$/,
    ],
    [
      'has a part without a disposition',
      replaced(good(), 'Content-Disposition', 'X-Other'),
      MULTIPART,
      400,
      /no header "Content-Disposition: form-data/,
    ],
    [
      'has its file in base64',
      multipart([
        {
          disposition: 'name="uploaded_data"; filename="a.zip"\r\nContent-Transfer-Encoding: base64',
          content: zipLike(500).toString('base64'),
        },
      ]),
      MULTIPART,
      422,
      /^The part "uploaded_data" has "Content-Transfer-Encoding: base64"\. Send the bytes of the package as they are\.$/,
    ],
  ];

  it.each(faults)('%s', async (...[, body, headers, status, description]) => {
    const before = await tracesOf(harness.deps);
    expect((await refusal(await post(body, headers), status)).description).toMatch(description);
    expect(await tracesOf(harness.deps)).toEqual(before);
    expect(vi.mocked(harness.deps.log.error)).not.toHaveBeenCalled();
  });

  it('is a form: its boundary and its compression are told as well', async () => {
    const form = multipart([{ disposition: 'name="name"', content: 'Mine' }]);
    const cases: [Buffer, Record<string, string>, number, RegExp][] = [
      [form, typed('multipart/form-data'), 400, NO_BOUNDARY],
      [form, typed('multipart/form-data; boundary=x'), 400, /boundary "cut-here", but/],
      [gzipSync(form), MULTIPART, 400, /compressed with gzip/],
      [gzipSync(form), { ...MULTIPART, 'content-encoding': 'gzip' }, 415, /Content-Encoding: gzip/],
    ];
    for (const [body, headers, status, description] of cases)
      expect((await refusal(await post(body, headers, '/api/v2/apps'), status)).description).toMatch(description);
  });

  it.each(['Größe 日本.zip', 'naïve.zip', '%22 quoted.zip'])('names a file as it was sent: %s', async (name) => {
    const content = Buffer.from('no zip');
    const body = multipart([{ disposition: `name="uploaded_data"; filename="${name}"`, content }]);
    const { description } = await refusal(await post(body), 422);
    expect(description).toContain(`"${name.replaceAll('%22', '"')}"`);
  });
});
