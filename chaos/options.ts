import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { queueKinds, type QueueKind } from '../bench/support/system.ts';
import { MAX_SEED } from './random.ts';

export interface Options {
  queue: QueueKind;
  seed: number;
  /** As many builds at the least, each of an upload of its own, and about as many installs. */
  jobs: number;
  quick: boolean;
  /** Leaves the logs of all processes, also where nothing was wrong. */
  keep: boolean;
}

const JOBS = 1_000;
const QUICK_JOBS = 60;

/** What the command line says. @throws Error with what is wrong with it. */
export const readOptions = (words: string[]): Options => {
  const { values } = parseArgs({
    args: words,
    options: {
      queue: { type: 'string', default: 'redis' },
      seed: { type: 'string' },
      jobs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const queue = queueKinds.find((kind) => kind === values.queue);
  if (queue === undefined) throw new Error(`--queue must be one of ${queueKinds.join(', ')}`);
  return {
    queue,
    seed: values.seed === undefined ? randomInt(2 ** 31) : wholeNumber('--seed', values.seed, 0),
    jobs: values.jobs === undefined ? (values.quick ? QUICK_JOBS : JOBS) : wholeNumber('--jobs', values.jobs, 1),
    quick: values.quick,
    keep: values.keep,
  };
};

const wholeNumber = (name: string, text: string, least: number): number => {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= MAX_SEED)) throw new Error(`${name} must be a whole number from ${least}`);
  return number;
};
