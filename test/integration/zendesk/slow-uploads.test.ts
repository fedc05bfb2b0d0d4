import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import { filePart, MULTIPART, multipart, zipLike } from '../../support/multipart.ts';
import { answerOn, openSocket } from '../../support/raw-http.ts';
import { tracesOf } from '../../support/traces.ts';

const TIMED_OUT = /\}\s*$/;

describe('a request whose body arrives slowly', () => {
  let harness: Harness;
  let strict: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres', { env: { UPLOAD_IDLE_SECONDS: '2' } });
    strict = await createHarness('postgres', { env: { UPLOAD_SECONDS: '2' } });
  });
  afterAll(async () => {
    await harness.close();
    await strict.close();
  });

  const head = (route: string, { tokens }: Harness, type: string, bytes: number): string =>
    `POST ${route} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokens.admin}\r\n` +
    `Content-Type: ${type}\r\nContent-Length: ${bytes}\r\n\r\n`;
  const upload = multipart([filePart(zipLike(500))]);

  /** Sends the first half of an upload at once, and the rest in pieces with a pause before each. */
  const dribble = async (system: Harness, pieces: number, pauseMs: number): Promise<string> => {
    const socket = await openSocket(system.origin);
    let over = false;
    const answer = answerOn(socket, TIMED_OUT).finally(() => (over = true));
    socket.write(head('/api/v2/apps/uploads', system, MULTIPART['content-type'], upload.length));
    const middle = Math.floor(upload.length / 2);
    socket.write(upload.subarray(0, middle));
    const step = Math.ceil((upload.length - middle) / pieces);
    for (let at = middle; at < upload.length && !over; at += step) {
      await sleep(pauseMs);
      socket.write(upload.subarray(at, at + step));
    }
    const text = await answer;
    socket.destroy();
    return text;
  };

  it('takes as long as bytes keep coming', async () => {
    expect(await dribble(harness, 8, 500)).toMatch(/^HTTP\/1\.1 201 /);
  });

  it('ends when no byte came for as long as it may stand still, and leaves nothing', async () => {
    const before = await tracesOf(harness.deps);
    const cases = [
      ['/api/v2/apps/uploads', MULTIPART['content-type'], upload.subarray(0, 300)],
      ['/api/v2/apps', 'application/json', Buffer.from('{"upload_id"')],
    ] as const;
    for (const [route, type, sent] of cases) {
      const socket = await openSocket(harness.origin);
      const answer = answerOn(socket, TIMED_OUT);
      socket.write(head(route, harness, type, upload.length));
      socket.write(sent);
      expect(await answer).toMatch(/^HTTP\/1\.1 408 [^]*"No byte of the body arrived for 2 seconds\."/);
      await vi.waitFor(() => expect(socket.destroyed || socket.readableEnded).toBe(true), { timeout: 10_000 });
    }
    await vi.waitFor(async () => expect(await tracesOf(harness.deps)).toEqual(before), { timeout: 10_000 });
  });

  it('ends after the time that an upload may take, however steadily its bytes come', async () => {
    expect(await dribble(strict, 100, 100)).toMatch(/^HTTP\/1\.1 408 [^]*"The body did not arrive within 2 seconds\."/);
    await vi.waitFor(async () => expect((await tracesOf(strict.deps)).incoming).toEqual([]), { timeout: 10_000 });
  });
});
