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
