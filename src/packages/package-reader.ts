import { Piscina } from 'piscina';
import type { ArchiveLimits } from '../domain/archive/limits.ts';
import type { PackageSwitches } from '../domain/package/switches.ts';
import { renderLimits, type RenderedText, type RenderLimits } from '../domain/texts/render-limits.ts';
import { refuseInTransaction } from '../held-connection.ts';
import type { PackageReading } from './read-package.ts';
import type { TextRequest } from './text-thread.ts';
import type { ThreadRequest } from './thread.ts';

interface RenderOptions {
  limits?: RenderLimits;
  signal?: AbortSignal;
}

interface ReadOptions {
  switches: PackageSwitches;
  /** The files are packed anew too; half a second for 20 MB. */
  repack?: boolean;
  /** False: the caller does not want the files themselves, and their memory stays on the thread. */
  keep?: boolean;
  signal?: AbortSignal;
}

/**
 * Unpacks and checks packages on threads of their own: inflating blocks its thread for a quarter of a second and more,
 * and meanwhile the event loop has locks to renew and polls to answer.
 */
export interface PackageReader {
  /**
   * @param archive the bytes of a package, whose memory is handed over and empty afterwards; or the file they are in.
   * @throws AbortError when the signal fires: the thread is ended, whatever it is at.
   */
  read(archive: Buffer | { path: string }, options: ReadOptions): Promise<PackageReading>;
  /**
   * Renders the Markdown of an app's texts.
   *
   * @returns one result for each text, in their order.
   * @throws AbortError as `read` does; Error when the thread dies.
   */
  renderTexts(texts: readonly string[], options?: RenderOptions): Promise<RenderedText[]>;
  close(): Promise<void>;
}

/** Node 20 cannot load TypeScript on a thread: from the sources, as the tests run it, a loader goes first. */
const fromSources = import.meta.url.endsWith('.ts');

const threadFile = (name: string): string => new URL(`./${name}.${fromSources ? 'ts' : 'js'}`, import.meta.url).href;

interface ThreadOptions {
  /**
   * Memory of one thread for what is no byte of a file: text, JSON and drawings that are looked at. A thread that needs more ends
   * with an error; one that has garbage collects it. Undefined: as much as Node lets it have, which is gigabytes.
   */
  heapMb?: number;
  /** Keeps a thread ready beside those that work, so that a newcomer does not wait until one has started. */
  spare?: boolean;
}

export const createPackageReader = (
  limits: ArchiveLimits,
  threads: number,
  { heapMb, spare = false }: ThreadOptions = {},
): PackageReader => {
  const pool = new Piscina({
    filename: threadFile('thread'),
    minThreads: 0,
    maxThreads: threads,
    // A warm thread spares the next package 70 to 100 ms; an idle one costs some 20 MB.
    idleTimeout: 60_000,
    ...(heapMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 } }),
    execArgv: fromSources ? ['--import', 'tsx'] : [],
  });
  pool.on('error', () => undefined);
  const keepSpare = (): void => {
    // It takes a thread that is free, and otherwise starts one.
    if (spare && pool.threads.length < threads) pool.run(null).catch(() => undefined);
  };
  return {
    async read(archive, { switches, repack = false, keep = true, signal }) {
      refuseInTransaction('Reading a package');
      const request: Omit<ThreadRequest, 'archive'> = { limits, switches, repack, keep };
      const abort = signal && { signal };
      if ('path' in archive) {
        const reading = pool.run({ archive, ...request }, { ...abort }) as Promise<PackageReading>;
        keepSpare();
        return reading;
      }
      // A view of memory that others use too cannot be handed over.
      const own = archive.buffer.byteLength === archive.byteLength ? archive : new Uint8Array(archive);
      const transferList = [own.buffer as ArrayBuffer];
      return pool.run({ archive: own, ...request }, { transferList, ...abort });
    },
    async renderTexts(texts, { limits: textLimits = renderLimits, signal } = {}) {
      refuseInTransaction('Rendering texts');
      const request: TextRequest = { texts, limits: textLimits };
      return pool.run(request, { filename: threadFile('text-thread'), ...(signal && { signal }) });
    },
    close: () => pool.destroy(),
  };
};
