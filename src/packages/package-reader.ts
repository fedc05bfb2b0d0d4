import { Piscina } from 'piscina';
import type { ArchiveLimits } from '../domain/archive/limits.ts';
import type { PackageSwitches } from '../domain/package/switches.ts';
import type { PackageReading, ReadRequest } from './read-package.ts';

/**
 * Unpacks and checks packages on threads of their own: inflating blocks its thread for a quarter of a second and more,
 * and meanwhile the event loop has locks to renew and polls to answer.
 */
export interface PackageReader {
  /**
   * @param bytes the uploaded archive; its memory is handed over and empty afterwards.
   * @throws AbortError when the signal fires: the thread is ended, whatever it is at.
   */
  read(bytes: Buffer, switches: PackageSwitches, signal?: AbortSignal): Promise<PackageReading>;
  close(): Promise<void>;
}

/** Node 20 cannot load TypeScript on a thread: from the sources, as the tests run it, a loader goes first. */
const fromSources = import.meta.url.endsWith('.ts');

export const createPackageReader = (limits: ArchiveLimits, threads: number): PackageReader => {
  const pool = new Piscina<ReadRequest, PackageReading>({
    filename: new URL(fromSources ? './thread.ts' : './thread.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    // A warm thread spares the next package 70 to 100 ms; an idle one costs some 20 MB.
    idleTimeout: 60_000,
    execArgv: fromSources ? ['--import', 'tsx'] : [],
  });
  pool.on('error', () => undefined);
  return {
    read(bytes, switches, signal) {
      // A view of memory that others use too cannot be handed over.
      const own = bytes.buffer.byteLength === bytes.byteLength ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
      const { buffer } = own;
      return pool.run(
        { archive: buffer as ArrayBuffer, limits, switches },
        { transferList: [buffer as ArrayBuffer], ...(signal && { signal }) },
      );
    },
    close: () => pool.destroy(),
  };
};
