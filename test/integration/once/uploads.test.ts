import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import { filePart, multipart, zipLike } from '../../support/multipart.ts';
import { refusal } from '../../support/refusal.ts';
import { expectReplay, sendKeyed } from '../../support/replays.ts';
import { tracesOf } from '../../support/traces.ts';

const ROUTE = '/api/v2/apps/uploads.json';
const note = { disposition: 'name="note"', content: 'x' };

describe('an upload under an Idempotency-Key', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  /** A body with a boundary of its own. */
  const bodyOf = (parts: Parameters<typeof multipart>[0], boundary: string) => ({
    body: Buffer.from(multipart(parts).toString('latin1').replaceAll('cut-here', boundary), 'latin1'),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  });

  it('is kept once, whatever the boundary and the order of the fields', async () => {
    const file = filePart(zipLike(2_000));
    const first = await expectReplay(harness, ROUTE, 'a', { ...bodyOf([file], 'one'), status: 201 });
    for (const parts of [[file], [note, file], [file, note]]) {
      const again = await sendKeyed(harness, ROUTE, 'a', bodyOf(parts, `cut-${parts.length}`));
      expect([again.status, again.text, again.replayed]).toEqual([201, JSON.stringify(first), 'true']);
    }
    const { uploads, blobs, incoming } = await tracesOf(harness.deps);
    expect([uploads, blobs.length, incoming]).toEqual([1, 1, []]);
  });

  it('is another request with another file, which leaves nothing', async () => {
    await expectReplay(harness, ROUTE, 'b', { ...bodyOf([filePart(zipLike(2_000))], 'one'), status: 201 });
    const before = await tracesOf(harness.deps);
    const other = { ...bodyOf([filePart(zipLike(2_000))], 'one'), headers: {} };
    const headers = { 'content-type': 'multipart/form-data; boundary=one', 'idempotency-key': 'b' };
    const answer = await harness.request(ROUTE, { method: 'POST', ...other, headers });
    expect((await refusal(answer, 422)).error).toBe('idempotency_key_reused');
    expect(await tracesOf(harness.deps)).toEqual(before);
  });

  it('is not remembered when it was no package', async () => {
    const text = bodyOf([filePart(Buffer.from('no zip'))], 'one');
    for (const _time of [1, 2])
      expect(await sendKeyed(harness, ROUTE, 'c', text)).toMatchObject({ status: 422, replayed: null });
    await expectReplay(harness, ROUTE, 'c', { ...bodyOf([filePart(zipLike(100))], 'one'), status: 201 });
  });
});
