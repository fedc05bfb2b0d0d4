/** One thing that is wrong (error) or suspicious (warning) about a package. */
export interface PackageProblem {
  /** Stable identifier of the rule, e.g. `missing_manifest`. */
  key: string;
  /** One sentence for the person who wrote the package: names the file, the place, and what to do. */
  message: string;
  /** Path of the file inside the package. */
  file?: string;
  /** JSON pointer (RFC 6901) into that file. */
  pointer?: string;
  /** One-based. */
  line?: number;
  /** One-based. */
  column?: number;
  data?: Record<string, unknown>;
  /** On the last one listed of its key: how many more of that key there are that are not listed. */
  more?: number;
}

/** A pointer may be a thousand characters long; a sentence may not. */
const maxShownPointer = 120;

/** A place for a person: `manifest.json, line 3, column 5 (/author/name)`. */
export const describePlace = ({
  file,
  line,
  column,
  pointer = '',
}: Pick<PackageProblem, 'file' | 'line' | 'column' | 'pointer'>): string => {
  const shown = pointer.length > maxShownPointer ? `${pointer.slice(0, maxShownPointer)}…` : pointer;
  return `${file ?? 'the package'}, line ${line ?? 1}, column ${column ?? 1}${shown && ` (${shown})`}`;
};

/** How many problems there are, with those that are not listed. */
export const countProblems = (problems: readonly PackageProblem[]): number =>
  problems.reduce((sum, { more = 0 }) => sum + 1 + more, 0);

const MOST_LINES = 20;

/** The problems of a package for a person: one a line, 20 at the most, and how many more there are. */
export const describeProblems = (problems: readonly PackageProblem[]): string => {
  const lines = problems.slice(0, MOST_LINES).map((problem) => problem.message);
  const left = countProblems(problems) - lines.length;
  if (left > 0) lines.push(`and ${left} more`);
  return lines.join('\n');
};
