import { move, transferableSymbol, valueSymbol } from 'piscina';
import { readPackage, type PackageReading, type ReadRequest } from './read-package.ts';

/** What runs on the thread. The files' bytes are handed over, not copied; piscina sees that only through `move`. */
// oxlint-disable-next-line import/no-default-export -- the shape piscina asks for
export default async (request: ReadRequest): Promise<PackageReading> => {
  const reading = await readPackage(request);
  const files = reading.files.map(({ path, bytes }) => ({ path, bytes: owned(bytes) }));
  const result = { ...reading, files };
  return move({
    get [transferableSymbol]() {
      return files.map((file) => file.bytes.buffer as ArrayBuffer);
    },
    get [valueSymbol]() {
      return result;
    },
  }) as unknown as PackageReading;
};

/** Small buffers share one piece of memory, and that can be handed over only once. */
const owned = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer.byteLength === bytes.byteLength ? bytes : new Uint8Array(bytes);
