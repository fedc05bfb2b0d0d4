import type { PackageFile } from '../../package-file.ts';
import { decodeText, type PackageView } from '../../package-view.ts';
import type { ProblemList } from '../../problem-list.ts';
import { inspectSvg, type SvgVerdict } from './inspect-svg.ts';
import { placeholderSvg } from './placeholder.ts';
import { loadPurifier, type Purified } from './purify-svg.ts';
import { rebuildSvg, svgBudget } from './rebuild-svg.ts';

type Outcome = SvgVerdict | 'removed';

const warnings: Record<Exclude<Outcome, 'clean'>, [key: string, text: string]> = {
  bitmap: ['warning.svg_bitmap', 'holds a bitmap, so a placeholder is shown instead; draw it with shapes'],
  edited: ['warning.svg_edited', 'has parts that are taken out; keep to shapes and their attributes'],
  removed: ['warning.svg_markup_removed', 'has active or foreign content, which is taken out; keep to shapes'],
};

/** The library that cleans is recursive in some texts, and runs out of stack at about 10 million characters. */
const maxCharactersInOne = 4 * 1024 * 1024;

/** All drawings of a package together; at this size an icon set of thousands still fits. */
const maxBytes = 16 * 1024 * 1024;

/** Whatever a server or browser might take for a drawing, also where the rules do not look. */
const isDrawing = ({ path }: PackageFile): boolean => /\.svg$/i.test(path);

/** A drawing that the library has not seen yet. */
interface Draft {
  file: PackageFile;
  /** Undefined: the drawing costs too much. */
  rebuilt: { svg: string; verdict: SvgVerdict; removed: boolean } | undefined;
}

/** Rebuilds the drawings of a package, and ends with the first that costs too much. */
const draftAll = function* (files: readonly PackageFile[], isReserved: (id: string) => boolean): Generator<Draft> {
  const budget = svgBudget();
  let left = maxBytes;
  for (const file of files) {
    left -= file.bytes.length;
    // Where the rules look, one that is not UTF-8 is an error; elsewhere nothing of it is kept either.
    const text = left < 0 ? undefined : (decodeText(file.bytes) ?? '');
    const rebuilt =
      text === undefined || text.length > maxCharactersInOne ? undefined : rebuildSvg(text, budget, isReserved);
    if (text === undefined || rebuilt === undefined) return yield { file, rebuilt: undefined };
    const verdict = inspectSvg(text);
    const svg = verdict === 'bitmap' ? '' : rebuilt.svg;
    yield { file, rebuilt: { svg, verdict, removed: rebuilt.removed } };
  }
};

/** At most so many drawings, and characters but for the last drawing's, go through the library together. */
const batchLimits = { drawings: 250, characters: 256 * 1024 };

const inBatches = function* (drafts: Iterable<Draft>): Generator<Draft[]> {
  let batch: Draft[] = [];
  let characters = 0;
  for (const draft of drafts) {
    batch.push(draft);
    characters += draft.rebuilt?.svg.length ?? 0;
    if (batch.length < batchLimits.drawings && characters < batchLimits.characters) continue;
    yield batch;
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) yield batch;
};

/** Gives undefined when the drawing cannot be cleaned. */
const finish = ({ rebuilt }: Draft, purified: Purified | undefined): { svg: string; outcome: Outcome } | undefined => {
  if (!rebuilt) return undefined;
  const { svg, verdict, removed } = rebuilt;
  // Without an svg element nothing would be drawn anyway, so this is no reason for a warning.
  if (svg === '') return { svg: placeholderSvg, outcome: verdict };
  if (!purified) return undefined;
  return { svg: purified.svg, outcome: verdict === 'clean' && (purified.removed || removed) ? 'removed' : verdict };
};

const tooComplex = (path: string) => ({
  key: 'svg_too_complex',
  message: `${path} cannot be cleaned, because it (or all drawings up to it) has too many elements; simplify it or use a PNG.`,
  file: path,
  data: { svg: path },
});

/**
 * Gives the files with all drawings cleaned. Reports those below `assets/` that the rules see.
 * Package rules of the reference validator 4.52 for the warnings; stricter in what it stores.
 */
export const cleanSvgs = async (
  files: PackageFile[],
  view: PackageView,
  { errors, warnings: list }: { errors: ProblemList; warnings: ProblemList },
): Promise<PackageFile[]> => {
  const cleaned = new Map<PackageFile, PackageFile>();
  const done = () => files.map((file) => cleaned.get(file) ?? file);
  const ordered = [...view.files, ...files.filter((file) => view.find(file.path) !== file)].filter(isDrawing);
  if (ordered.length === 0) return files;
  const purifier = await loadPurifier();
  for (const batch of inBatches(draftAll(ordered, purifier.isReserved))) {
    const drawn = batch.filter(({ rebuilt }) => rebuilt && rebuilt.svg !== '');
    const purified = await purifier.purifyAll(drawn.map(({ rebuilt }) => rebuilt!.svg));
    const results = new Map(drawn.map((draft, index) => [draft, purified[index]]));
    for (const draft of batch) {
      const { file } = draft;
      const clean = finish(draft, results.get(draft));
      if (!clean) {
        errors.add(tooComplex(file.path));
        return done();
      }
      cleaned.set(file, { path: file.path, bytes: Buffer.from(clean.svg) });
      const isListed = /^assets\/.*\.svg$/s.test(file.path) && view.find(file.path) === file;
      if (clean.outcome === 'clean' || !isListed || decodeText(file.bytes) === undefined) continue;
      const [key, advice] = warnings[clean.outcome];
      list.add({ key, message: `${file.path} ${advice}.`, file: file.path, data: { svg: file.path } });
    }
  }
  return done();
};
