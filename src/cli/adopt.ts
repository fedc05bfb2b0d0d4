import type { Config } from '../config.ts';
import { createCipher } from '../secrets/cipher.ts';
import { openBlobStore } from '../storage/open-blob-store.ts';
import { adoptBlobs, adoptKeys } from '../use-cases/check-marks.ts';
import { openBackend, secretsKeys } from './open-deps.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

export interface AdoptOptions {
  redis?: boolean;
  blobs?: boolean;
  key?: boolean;
}

/** Marks the stores and keys that are set as those of this database, whatever marks they had. */
export const adoptCommand = (config: Config, { redis, blobs, key }: AdoptOptions): Promise<void> =>
  withDatabase(config, async (db, log) => {
    if (!redis && !blobs && !key) throw new Error('adopt needs at least one of --redis, --blobs and --key.');
    if (redis) {
      if (config.redisUrl === undefined) throw new Error('--redis needs REDIS_URL.');
      const backend = await openBackend(config, { db, queueDb: db }, { log });
      try {
        await backend.adoptStore();
      } finally {
        await backend.close();
      }
      say('The queue in Redis belongs to this installation.');
    }
    if (blobs) {
      await adoptBlobs({ db, blobs: (await openBlobStore(config.blobUrl, config.dataDir)).blobs });
      say('The blob store belongs to this installation. Restart every process.');
    }
    if (key) {
      await adoptKeys({ db, cipher: createCipher(await secretsKeys(config)) });
      say('The keys belong to this installation.');
    }
  });
