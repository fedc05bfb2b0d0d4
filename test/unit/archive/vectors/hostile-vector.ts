import type { ArchiveKey } from '../../../../src/domain/archive/archive-keys.ts';
import type { ArchiveLimits } from '../../../../src/domain/archive/limits.ts';
import { buildZip, type LyingEnd, type LyingEntry } from '../../../support/lying-zip.ts';

/** An archive that must be refused, with exactly these keys. */
export interface HostileVector {
  why: string;
  keys: ArchiveKey[];
  archive: Buffer;
  limits?: Partial<ArchiveLimits>;
}

export const manifest: LyingEntry = { name: 'manifest.json', content: '{"name":"hello"}' };
export const page: LyingEntry = { name: 'assets/index.html', content: '<p>hello</p>'.repeat(10), deflate: true };

export const hostile = (why: string, key: ArchiveKey, archive: Buffer): HostileVector => ({
  why,
  keys: [key],
  archive,
});

/** One entry that lies, between two that do not. */
export const lyingEntry = (why: string, key: ArchiveKey, entry: LyingEntry): HostileVector =>
  hostile(why, key, buildZip([manifest, entry, { name: 'last.txt', content: 'last' }]));

/** Honest entries, and something wrong with what comes after them. */
export const lyingEnd = (why: string, key: ArchiveKey, lies: LyingEnd): HostileVector =>
  hostile(why, key, buildZip([manifest, page], lies));
