import pLimit from 'p-limit';
import { requestBuild, upload } from '../../src/cli/push-client.ts';
import type { System } from './system.ts';

interface Builds {
  count: number;
  /** Uploads that are under way at the same time. */
  atOnce: number;
  archiveOf: (index: number) => Buffer;
}

/** Uploads packages and asks for their builds, as new apps; waits for none of them. */
export const queueBuilds = async (
  { origin, token }: Pick<System, 'origin' | 'token'>,
  { count, atOnce, archiveOf }: Builds,
): Promise<void> => {
  const target = { baseUrl: origin, token };
  const limit = pLimit(atOnce);
  const one = async (index: number): Promise<void> => {
    await requestBuild(target, await upload(target, archiveOf(index), 'app.zip'));
  };
  await Promise.all(Array.from({ length: count }, (_, index) => limit(one, index)));
};
