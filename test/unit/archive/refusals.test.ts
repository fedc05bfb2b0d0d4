import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { archiveKeys } from '../../../src/domain/archive/archive-keys.ts';
import { archiveProblem } from '../../../src/domain/archive/archive-problem.ts';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { unpackArchive } from '../../../src/domain/archive/unpack-archive.ts';
import { buildZip } from '../../support/lying-zip.ts';
import { hostileVectors } from './vectors/all.ts';
import { type HostileVector, manifest, page } from './vectors/hostile-vector.ts';

const all = Object.values(hostileVectors).flat();
const unpack = ({ archive, limits }: HostileVector) => unpackArchive(archive, { ...defaultLimits, ...limits });

describe.each(Object.entries(hostileVectors))('refuses: %s', (_, vectors) => {
  it.each(vectors.map((vector) => [vector.why, vector] as const))('%s', (_why, vector) => {
    const { files, problems } = unpack(vector);
    expect(problems.map((problem) => problem.key)).toEqual(vector.keys);
    expect(files).toEqual([]);
  });
});

describe('the refusals as a whole', () => {
  it('have a vector for every key', () => {
    const covered = new Set<string>(all.flatMap((vector) => vector.keys));
    expect(Object.keys(archiveKeys).filter((key) => !covered.has(key))).toEqual([]);
  });

  it('are explained in one sentence with all its words filled in', () => {
    const messages = all.flatMap((vector) => unpack(vector).problems.map((problem) => problem.message));
    expect(messages.filter((message) => !/^[^{}]+[^.]\.$/.test(message) || message.includes('an entry'))).toEqual([]);
    expect(messages.filter((message) => /\p{Cc}/u.test(message) || message.length > 500)).toEqual([]);
  });

  it('name the entry where there is one', () => {
    const problems = all.flatMap((vector) => unpack(vector).problems);
    const naming = problems.filter(({ key }) => archiveKeys[key as keyof typeof archiveKeys].includes('{entry}'));
    expect(naming.filter(({ file, message }) => !file || !message.includes(file.slice(0, 100)))).toEqual([]);
    expect(problems.find(({ key }) => key === 'archive_symlink')).toMatchObject({
      file: 'link',
      message: 'link is a symbolic link: put a copy of the file in its place.',
    });
  });

  it('state the numbers they are about, and no data where there are none', () => {
    const byWhy = (why: string) =>
      all.filter((vector) => vector.why === why).flatMap((vector) => unpack(vector).problems);
    expect(byWhy('over {"maxExpandedBytes":29}')).toEqual([
      {
        key: 'archive_expands_too_much',
        message: 'The archive has 30 bytes unpacked and may have 29: leave out what the app does not need.',
        data: { found: 30, limit: 29 },
      },
    ]);
    const ratio = Math.ceil(1_000 / deflateRawSync('0'.repeat(1_000)).length);
    expect(byWhy('over {"maxRatio":50,"ratioFromBytes":9999}')).toMatchObject([{ data: { found: ratio, limit: 50 } }]);
    const directoryEnd = buildZip([manifest, page]).length - 22;
    expect(byWhy('bytes at the end of the directory')).toMatchObject([{ data: { found: directoryEnd } }]);
    expect(byWhy('one byte after the end')).toMatchObject([{ data: { found: 1 } }]);
    expect(byWhy('bytes in front that no offset counts')).toMatchObject([{ data: { found: 10 } }]);
    expect(byWhy('a symbolic link')[0]).not.toHaveProperty('data');
  });

  it('show a name as far as it is of a sensible length', () => {
    const shown = (name: string) => archiveProblem('archive_symlink', Buffer.from(name));
    expect(shown('x'.repeat(160)).message).toMatch(/^x{160} is/);
    expect(shown('x'.repeat(161)).message).toMatch(/^x{160}… is/);
    expect(shown('x'.repeat(1_024)).file).toBe('x'.repeat(1_024));
    expect(shown('x'.repeat(1_025)).file).toBe(`${'x'.repeat(1_024)}…`);
    expect(shown('a\0\u001B\u202Eb').file).toBe('a\uFFFD\uFFFD\uFFFDb');
  });
});
