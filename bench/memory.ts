import { setTimeout as sleep } from 'node:timers/promises';
import { residentSize, watchResidentSize } from './support/process-size.ts';
import type { Services } from './support/services.ts';
import { streamUpload } from './support/stream-upload.ts';
import { openSystem } from './support/system.ts';
import type { Table } from './support/table.ts';

const CLIENTS = 50;
const BYTES = 20_000_000;
/** The second time the process holds what the first has left. */
const ROUNDS = 2;
const IDLE_MS = 1_000;
const AIM_MB = 250;

const cell = (bytes: number): string => (bytes / 1e6).toFixed(0);

/** What the API needs while many upload at once. */
export const benchMemory = async (services: Services): Promise<Table> => {
  const system = await openSystem(services, 'redis');
  const rows: string[][] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    await sleep(IDLE_MS);
    const before = residentSize(system.api.pid);
    const started = performance.now();
    const { peak, looks } = await watchResidentSize(system.api.pid, async () => {
      await Promise.all(Array.from({ length: CLIENTS }, () => streamUpload(system, BYTES)));
    });
    const seconds = (performance.now() - started) / 1_000;
    rows.push([String(round), cell(before), cell(peak), seconds.toFixed(1), String(looks)]);
  }
  await system.close();
  return {
    title: `Memory: ${CLIENTS} clients upload ${BYTES / 1e6} MB each at the same time`,
    head: ['round', 'before MB', 'peak MB', 'took s', 'looks'],
    rows,
    notes: [
      'Resident size of the API process, looked at every 50 ms; before: idle for a second.',
      `Every upload is written to the disk, hashed and flushed. Aim: a peak under ${AIM_MB} MB.`,
    ],
  };
};
