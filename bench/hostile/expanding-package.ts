import { defaultLimits } from '../../src/domain/archive/limits.ts';
import { packArchive } from '../../src/domain/archive/pack-archive.ts';
import { requiredFiles, textOf } from '../support/sample-package.ts';

const FILES = 9;

/** A package of a few files, each as large as one may be, and together nearly as large as a package may unpack to. */
export const expandingPackage = (seed: number): Buffer => {
  const files = requiredFiles(seed, ['ticket_sidebar']).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  const bytes = Math.floor((defaultLimits.maxExpandedBytes - 1024 * 1024) / FILES);
  const block = Buffer.from(textOf(256 * 1024, seed));
  for (let i = 0; i < FILES; i += 1) {
    const content = Buffer.alloc(bytes, block);
    // No two are one blob.
    content.write(`// ${seed} ${i}\n`);
    files.push({ path: `assets/large-${i}.js`, bytes: content });
  }
  return packArchive(files);
};
