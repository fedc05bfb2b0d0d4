import { setMaxListeners } from 'node:events';
import type { Tenant } from '../accounts.ts';
import type { Ledger } from './ledger.ts';
import type { PollContext } from './poll-job.ts';
import { tellStory } from './story.ts';

export interface DriveOptions extends PollContext {
  ledger: Ledger;
  tenants: readonly Tenant[];
  /** Stories that are told at the same time. */
  atOnce: number;
  /** Asked before each new story, and before each step of one. */
  goOn: () => boolean;
}

/** Keeps so many stories going until there shall be no more; resolves when the last one has ended. */
export const drive = async ({ tenants, atOnce, random, ...rest }: DriveOptions): Promise<void> => {
  // Every poller waits for it.
  setMaxListeners(0, rest.stop);
  let stories = 0;
  let numbers = 0;
  const nextNumber = (): number => (numbers += 1);
  const tellOneAfterAnother = async (): Promise<void> => {
    while (rest.goOn()) {
      stories += 1;
      const own = random.fork(`story ${stories}`);
      await tellStory({ ...rest, nextNumber, random: own }, tenants[stories % tenants.length]!);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, tellOneAfterAnother));
};
