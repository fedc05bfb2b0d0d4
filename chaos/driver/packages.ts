import { buildArchive, macros } from '../../test/support/packages.ts';
import type { Random } from '../random.ts';

export interface MadePackage {
  archive: Buffer;
  /** Its build must fail. */
  bad: boolean;
}

const MOST_REQUIREMENTS = 5;
/** In so many of all, something is wrong. */
const BAD = 0.08;

/** A small package that no other is like, so that each version can be told by its number and its files. */
export const makePackage = (random: Random, number: number): MadePackage => {
  const requirements = random.chance(0.6) ? random.between(1, MOST_REQUIREMENTS) : 0;
  const parts = {
    manifest: { name: `Chaos ${number}`, version: `1.0.${number}` },
    files: {
      'assets/app.js': `// ${number}\n${'x'.repeat(random.between(10, 2_000))}\n`,
      // The same in many packages: a blob that several versions share may not go with one of them.
      'assets/shared.css': `/* ${number % 5} */\n`,
    },
    ...(requirements > 0 && { requirements: macros(requirements) }),
  };
  if (!random.chance(BAD)) return { archive: buildArchive(parts), bad: false };
  return { archive: buildArchive({ ...parts, ...random.pick(mistakes) }), bad: true };
};

const mistakes = [
  { manifest: { name: 'No locale', defaultLocale: 'xx-nowhere' } },
  { files: { 'manifest.json': '{"name": "cut' } },
  { files: { 'assets/iframe.html': undefined } },
];
