import type { Pace } from '../pace.ts';
import type { Random } from '../random.ts';
import type { Outages } from '../stores/outages.ts';
import type { System } from '../system.ts';

export interface FaultContext {
  system: System;
  outages: Outages;
  random: Random;
  pace: Pace;
  /** Counts one, as it begins. */
  count: (kind: string) => void;
}

export interface Fault {
  kind: string;
  /** Does it, and mends it again. */
  run(context: FaultContext): Promise<void>;
}
