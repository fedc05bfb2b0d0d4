import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { queueBackends } from '../support/harness.ts';

/** 50 s on two cores that are otherwise idle; here they are not. */
const LIMIT_MS = 240_000;

/** A new seed each time: what one run does not meet, another one may. It is in the output, to run it again. */
it.each(queueBackends)('nothing is lost or done twice on %s, whatever dies', { timeout: LIMIT_MS }, async (queue) => {
  const words = ['scripts/chaos.cjs', '--quick', '--queue', queue, '--jobs', queue === 'redis' ? '60' : '30'];
  const child = spawn(process.execPath, words, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/All zeros; seed \d+/) });
  for (const zero of ['lost', 'done twice', 'half-installed', 'contradicting polls', 'unexpected ends'])
    expect(output).toMatch(new RegExp(`^ +${zero} +0$`, 'm'));
  expect(output).toMatch(/^ +worker killed +[1-9]/m);
  expect(output).toMatch(/^ +Postgres restarted, immediate +[1-9]/m);
  expect(output).toMatch(/^ +worker paused +[1-9]/m);
});
