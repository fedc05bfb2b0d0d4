const MiB = 1024 * 1024;

/** What an archive may cost us. Sizes in bytes. */
export interface ArchiveLimits {
  /** The package as uploaded. */
  maxPackageBytes: number;
  /** All entries together, once inflated. */
  maxExpandedBytes: number;
  /** One entry, once inflated. */
  maxEntryBytes: number;
  maxEntries: number;
  /** Inflated size over compressed size, looked at once more than `ratioFromBytes` are inflated. */
  maxRatio: number;
  ratioFromBytes: number;
  /** Of one part of a path, in bytes of UTF-8. */
  maxPathPartBytes: number;
  /** Of a whole path, in bytes of UTF-8. */
  maxPathBytes: number;
  /** Parts of a path. */
  maxPathDepth: number;
  /** manifest.json, requirements.json and each translation. */
  maxJsonBytes: number;
  maxJsonDepth: number;
}

export const defaultLimits: ArchiveLimits = {
  maxPackageBytes: 64 * MiB,
  maxExpandedBytes: 256 * MiB,
  maxEntryBytes: 32 * MiB,
  maxEntries: 10_000,
  maxRatio: 100,
  ratioFromBytes: 16 * MiB,
  maxPathPartBytes: 255,
  maxPathBytes: 1_024,
  maxPathDepth: 32,
  maxJsonBytes: MiB,
  maxJsonDepth: 100,
};
