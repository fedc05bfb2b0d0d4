import { hash, verify } from '@node-rs/argon2';

/** The parameters OWASP recommends for argon2id: 19 MiB, two passes, one lane; some 9 ms, off the event loop. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/** Whoever has no password takes as long to refuse as whoever has one: the time does not tell who exists. */
let decoy: Promise<string> | undefined;

export const verifyPassword = async (passwordHash: string | null | undefined, password: string): Promise<boolean> => {
  decoy ??= hashPassword('nobody has this one');
  const matches = await verify(passwordHash ?? (await decoy), password);
  return matches && passwordHash !== null && passwordHash !== undefined;
};
