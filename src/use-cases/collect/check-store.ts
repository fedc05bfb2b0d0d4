import { listReferenced, listReferences } from '../../db/blob-references.ts';
import type { Deps } from '../../deps.ts';

/** What the store holds against what the database refers to, as digests. */
export interface StoreCheck {
  stored: number;
  /** Stored, but nothing refers to them. */
  orphans: string[];
  /** Referred to, but not stored. */
  missing: string[];
}

const PAGE = 5_000;

/** Compares the whole store with the whole database; only of use while nobody writes. Holds every digest in memory. */
export const checkStore = async ({ db, blobs }: Pick<Deps, 'db' | 'blobs'>): Promise<StoreCheck> => {
  const stored = new Set<string>();
  const orphans: string[] = [];
  for await (const digests of blobs.list()) {
    const referenced = new Set(await listReferenced(db, digests));
    for (const sha256 of digests) {
      stored.add(sha256);
      if (!referenced.has(sha256)) orphans.push(sha256);
    }
  }
  const missing: string[] = [];
  for (let page = await listReferences(db, '', PAGE); page.length > 0;) {
    missing.push(...page.filter((sha256) => !stored.has(sha256)));
    page = await listReferences(db, page.at(-1)!, PAGE);
  }
  return { stored: stored.size, orphans, missing };
};
