import { describe, expect, it } from 'vitest';
import { archiveKeys } from '../../../src/domain/archive/archive-keys.ts';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { unpackArchive } from '../../../src/domain/archive/unpack-archive.ts';
import { centralDirectoryVectors } from './vectors/central-directory.ts';
import { collisionVectors } from './vectors/collisions.ts';
import { contentVectors } from './vectors/content.ts';
import { endRecordVectors } from './vectors/end-record.ts';
import type { HostileVector } from './vectors/hostile-vector.ts';
import { kindVectors } from './vectors/kinds.ts';
import { layoutVectors } from './vectors/layout.ts';
import { limitVectors } from './vectors/limits.ts';
import { localHeaderVectors } from './vectors/local-headers.ts';
import { nameVectors } from './vectors/names.ts';
import { zip64Vectors } from './vectors/zip64.ts';

const groups: Record<string, HostileVector[]> = {
  'end record': endRecordVectors,
  'central directory': centralDirectoryVectors,
  ZIP64: zip64Vectors,
  layout: layoutVectors,
  'local headers and descriptors': localHeaderVectors,
  content: contentVectors,
  kinds: kindVectors,
  names: nameVectors,
  collisions: collisionVectors,
  limits: limitVectors,
};
const all = Object.values(groups).flat();
const unpack = ({ archive, limits }: HostileVector) => unpackArchive(archive, { ...defaultLimits, ...limits });

describe.each(Object.entries(groups))('refuses: %s', (_, vectors) => {
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

  it('state the numbers of a limit', () => {
    const vector = limitVectors.find(({ keys }) => keys[0] === 'archive_expands_too_much');
    expect(vector && unpack(vector).problems).toEqual([
      {
        key: 'archive_expands_too_much',
        message: 'The archive has 30 bytes unpacked and may have 29: leave out what the app does not need.',
        data: { found: 30, limit: 29 },
      },
    ]);
  });
});
