import type { Pool } from 'pg';
import type { Config } from './config.ts';
import type { PostJson } from './http-client/post-json.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { MemoryBudget } from './packages/memory-budget.ts';
import type { PackageChecker } from './packages/package-checker.ts';
import type { PackageReader } from './packages/package-reader.ts';
import type { QueueBoard } from './queue/board.ts';
import type { DeliveryQueue } from './queue/deliveries.ts';
import type { Producer } from './queue/producer.ts';
import type { RateLimits } from './queue/rate-limits.ts';
import type { TextQueue } from './queue/texts.ts';
import type { Cipher } from './secrets/cipher.ts';
import type { BlobStore } from './storage/blob-store.ts';
import type { Tracing } from './tracing/tracing.ts';
import type { GuessGuard } from './use-cases/guess-guard.ts';
import type { Identify } from './use-cases/identify.ts';

/** Everything with a life outside the process. Built once per entry point; functions take the slice they use. */
export interface Deps {
  config: Config;
  db: Pool;
  producer: Producer;
  deliveryQueue: DeliveryQueue;
  /** Where the rendering of texts is asked for. */
  textQueue: TextQueue;
  /** Speaks to receivers outside. */
  postJson: PostJson;
  blobs: BlobStore;
  /** Where uploads are spooled. */
  incomingDir: string;
  /** For builds. */
  packages: PackageReader;
  /** Of the builds of this process. */
  buildMemory: MemoryBudget;
  /** For requests. */
  checker: PackageChecker;
  cipher: Cipher;
  identify: Identify;
  /** The one for every way in. */
  guesses: GuessGuard;
  /** What an operator looks at. */
  queueBoard: QueueBoard;
  metrics: Metrics;
  tracing: Tracing;
  rateLimits: RateLimits;
  log: Logger;
}
