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
}

const MOST_LINES = 20;

/** The problems of a package for a person: one a line, 20 at the most. */
export const describeProblems = (problems: readonly PackageProblem[]): string => {
  const lines = problems.slice(0, MOST_LINES).map((problem) => problem.message);
  if (problems.length > MOST_LINES) lines.push(`and ${problems.length - MOST_LINES} more`);
  return lines.join('\n');
};
