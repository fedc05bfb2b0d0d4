import { packArchive } from '../../src/domain/archive/pack-archive.ts';

export const FILES = 20;
export const BYTES = 200_000;

const words =
  'client invoke resize const await fetch ticket requester => return if else function render panel state list item'.split(
    ' ',
  );

/** Numerical Recipes' generator: the same package on every machine. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** Text that deflates about as well as a script does. */
export const textOf = (bytes: number, seed: number): string => {
  const random = randomFrom(seed);
  let text = `/* ${seed} */\n`;
  while (text.length < bytes) {
    const line = Array.from({ length: 12 }, () => words[Math.floor(random() * words.length)]).join(' ');
    text += `// ${line} ${Math.floor(random() * 1e6)}\n`;
  }
  return text.slice(0, bytes - 1) + '\n';
};

export const svgOf = (seed: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M4 4h24v24H4z"/><circle cx="16" cy="16" r="${(seed % 9) + 1}"/></svg>\n`;

/** What every app has: manifest, page and translations. */
export const requiredFiles = (run: number, locations: string[]): [string, string][] => {
  const manifest = {
    name: `Bench ${run}`,
    author: { name: 'Ada', email: 'ada@bench.example' },
    defaultLocale: 'en',
    private: true,
    version: '1.0.0',
    frameworkVersion: '2.0',
    location: { support: Object.fromEntries(locations.map((location) => [location, 'assets/iframe.html'])) },
  };
  return [
    ['manifest.json', JSON.stringify(manifest)],
    ['assets/iframe.html', '<!doctype html><script src="file-0.js"></script>\n'],
    ...['en', 'de', 'fr'].map((locale): [string, string] => [
      `translations/${locale}.json`,
      JSON.stringify({ app: { name: `Bench ${run}`, short_description: locale, long_description: textOf(500, run) } }),
    ]),
  ];
};

/**
 * A package of 20 files that are 200 kB together, one of them an SVG.
 *
 * @param run every file but the page differs from run to run, so that the blob store has to write them all.
 */
export const samplePackage = (run: number): Buffer => {
  const files = new Map<string, string>([
    ...requiredFiles(run, ['ticket_sidebar', 'nav_bar']),
    ['assets/icon_nav_bar.svg', svgOf(run)],
  ]);
  const rest = FILES - files.size;
  const used = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  for (let i = 0; i < rest; i += 1)
    files.set(`assets/file-${i}.js`, textOf(Math.round((BYTES - used) / rest), run * FILES + i));
  return packArchive([...files].map(([path, text]) => ({ path, bytes: Buffer.from(text) })));
};
