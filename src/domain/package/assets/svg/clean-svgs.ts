import type { PackageFile } from '../../package-file.ts';
import { decodeText, type PackageView } from '../../package-view.ts';
import type { ProblemList } from '../../problem-list.ts';
import { inspectSvg, type SvgVerdict } from './inspect-svg.ts';
import { placeholderSvg } from './placeholder.ts';
import { loadPurifier } from './purify-svg.ts';
import { rebuildSvg, type SvgBudget, svgBudget } from './rebuild-svg.ts';

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

/** Gives undefined when the drawing costs more than the budget. */
const cleanSvg = async (text: string, budget: SvgBudget): Promise<{ svg: string; outcome: Outcome } | undefined> => {
  if (text.length > maxCharactersInOne) return undefined;
  const purifier = await loadPurifier();
  const rebuilt = rebuildSvg(text, budget, purifier.isReserved);
  if (rebuilt === undefined) return undefined;
  const verdict = inspectSvg(text);
  if (verdict === 'bitmap') return { svg: placeholderSvg, outcome: verdict };
  // Without an svg element nothing would be drawn anyway, so this is no reason for a warning.
  if (rebuilt.svg === '') return { svg: placeholderSvg, outcome: verdict };
  try {
    const { svg, removed } = await purifier.purify(rebuilt.svg);
    return { svg, outcome: verdict === 'clean' && (removed || rebuilt.removed) ? 'removed' : verdict };
  } catch {
    // Whatever a stranger finds that upsets the library: his package is refused, and nothing else happens.
    return undefined;
  }
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
  const budget = svgBudget();
  let left = maxBytes;
  const cleaned = new Map<PackageFile, PackageFile>();
  const ordered = [...view.files, ...files.filter((file) => view.find(file.path) !== file)].filter(isDrawing);
  for (const file of ordered) {
    const text = decodeText(file.bytes);
    left -= file.bytes.length;
    // Where the rules look, one that is not UTF-8 is an error; elsewhere nothing of it is kept either.
    const clean = left < 0 ? undefined : await cleanSvg(text ?? '', budget);
    if (!clean) {
      errors.add(tooComplex(file.path));
      break;
    }
    cleaned.set(file, { path: file.path, bytes: Buffer.from(clean.svg) });
    const isListed = /^assets\/.*\.svg$/s.test(file.path) && view.find(file.path) === file;
    if (clean.outcome === 'clean' || !isListed || text === undefined) continue;
    const [key, advice] = warnings[clean.outcome];
    list.add({ key, message: `${file.path} ${advice}.`, file: file.path, data: { svg: file.path } });
  }
  return files.map((file) => cleaned.get(file) ?? file);
};
