import type { Config } from '../config.ts';
import { createToken } from '../use-cases/create-token.ts';
import { expiryOf } from './expiry.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

/** Prints the token alone, so that a script can take it as it comes. */
export const createOperatorCommand = (
  config: Config,
  { label, expires }: { label: string; expires?: string },
): Promise<void> =>
  withDatabase(config, async (db) => {
    const { token } = await createToken({ db, config }, { email: null, label, expiresAt: expiryOf(expires) });
    say(token);
  });
