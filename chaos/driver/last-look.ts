import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import type { Asked } from './ledger.ts';
import { pollUntilEnd, type PollContext } from './poll-job.ts';

const AT_ONCE = 16;

/**
 * Polls every job once more when all is over: what was told before must still be so, also where an earlier answer came
 * from a store that has been restored since.
 */
export const lookOnceMore = async (context: PollContext, asked: readonly Asked[]): Promise<void> => {
  // Every poller waits for it.
  setMaxListeners(0, context.stop);
  const limit = pLimit(AT_ONCE);
  const withJob = asked.filter((entry): entry is Asked & { jobId: string } => entry.jobId !== undefined);
  await Promise.all(withJob.map((entry) => limit(() => pollUntilEnd(context, entry))));
};
