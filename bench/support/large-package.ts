import { packArchive } from '../../src/domain/archive/pack-archive.ts';
import { randomFrom, requiredFiles, svgOf, textOf } from './sample-package.ts';

export const LARGE_FILES = 1_000;
export const LARGE_BYTES = 20_000_000;

/** Every so many files one that cannot be compressed, as pictures and fonts cannot. */
const NOISE_EVERY = 4;

const noiseOf = (bytes: number, seed: number): Buffer => {
  const random = randomFrom(seed);
  const noise = Buffer.from(Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)));
  // No file type that the check would know.
  noise.write('NOISE');
  return noise;
};

/** A package of 1,000 files that are 20 MB together: text, noise, and as many drawings as asked for. */
export const largePackage = (drawings: number): Buffer => {
  const files = new Map<string, Buffer>();
  for (const [path, text] of requiredFiles(1, ['ticket_sidebar'])) files.set(path, Buffer.from(text));
  for (let i = 0; i < drawings; i += 1) files.set(`assets/drawing-${i}.svg`, Buffer.from(svgOf(i)));
  const used = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  const rest = LARGE_FILES - files.size;
  const each = Math.round((LARGE_BYTES - used) / rest);
  for (let i = 0; i < rest; i += 1) {
    const isNoise = i % NOISE_EVERY === NOISE_EVERY - 1;
    if (isNoise) files.set(`assets/file-${i}.dat`, noiseOf(each, i));
    else files.set(`assets/file-${i}.js`, Buffer.from(textOf(each, i)));
  }
  return packArchive([...files].map(([path, bytes]) => ({ path, bytes })));
};
