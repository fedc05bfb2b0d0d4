import type { BaseAdapter } from '@bull-board/api/baseAdapter';
import type { Logger } from '../logger.ts';
import type { QueueBackend } from './backend.ts';
import { DELIVERIES_QUEUE } from './deliveries.ts';
import { HOUSEKEEPING_QUEUE } from './housekeeping.ts';
import { JOBS_QUEUE } from './jobs.ts';

/** What an operator is shown of the queues: to look at only, for the rows are the truth. */
export interface QueueBoard {
  /** Opened at the first call, so that a process that shows nothing holds nothing open. */
  adapters(): Promise<BaseAdapter[]>;
  ready(): boolean;
  close(): Promise<void>;
}

/** What each queue is, for the board. */
const shown: Record<string, string> = {
  [JOBS_QUEUE]: 'Builds and installs. What is finished stays for an hour.',
  [DELIVERIES_QUEUE]: 'What receivers outside are told. What is finished is gone at once.',
  [HOUSEKEEPING_QUEUE]: 'Removes what nobody needs any more: its schedulers.',
};

export const createQueueBoard = (backend: QueueBackend, log: Logger): QueueBoard => {
  const open: { close(): Promise<void> }[] = [];
  let closed = false;
  const load = async (): Promise<BaseAdapter[]> => {
    const { BullMQAdapter } = await import('@bull-board/api/bullMQAdapter');
    return Object.entries(shown).map(([name, description]) => {
      const queue = backend.shownQueue(name);
      queue.on('error', (err) => {
        if (!closed) log.warn('queue board connection', { err });
      });
      open.push(queue);
      // A retry of BullMQ's would bring back a job whose row is settled; what is removed here, the sweep brings back.
      return new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false, description });
    });
  };
  let loaded: Promise<BaseAdapter[]> | undefined;
  return {
    adapters: () => (loaded ??= load()),
    ready: () => backend.ready(),
    close: async () => {
      closed = true;
      await Promise.all(open.map((queue) => queue.close()));
    },
  };
};
