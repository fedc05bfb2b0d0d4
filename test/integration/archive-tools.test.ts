import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/domain/archive/limits.ts';
import { unpackArchive } from '../../src/domain/archive/unpack-archive.ts';
import { acceptedMutants, compareReaders } from '../conformance/archive-readers.ts';
import { requireProgram } from '../support/system-packages.ts';
import { toolEnvironment } from '../support/zip-readers.ts';
import { honestVectors } from '../unit/archive/vectors/honest.ts';

const content = {
  'manifest.json': '{"name":"Tools"}\n',
  'translations/en.json': '{"app":{"name":"Tools"}}\n',
  'assets/Größe.js': `// ${'a line of some length '.repeat(40)}\n`,
  'assets/empty.css': '',
};

/** Writes to something that cannot go back: sizes come after the data. */
const python = (method: string, { zip64 = false, seekable = false } = {}): string => `
import os, sys, zipfile
class Pipe:
    def __init__(self, file): self.file = file
    def write(self, data): return self.file.write(data)
    def flush(self): self.file.flush()
with open(sys.argv[1], "wb") as file:
    with zipfile.ZipFile(file if ${seekable ? 'True' : 'False'} else Pipe(file), "w", zipfile.${method}) as archive:
        for folder, _, names in os.walk("."):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name))
                entry = zipfile.ZipInfo.from_file(path)
                entry.compress_type = zipfile.${method}
                with archive.open(entry, "w", force_zip64=${zip64 ? 'True' : 'False'}) as target:
                    target.write(open(path, "rb").read())
`;

/** How people pack a folder: the words of a command that is run in it; `OUT` is the archive. */
const tools: [name: string, command: string[]][] = [
  ['Info-ZIP', ['zip', '-qr', 'OUT', '.']],
  ['Info-ZIP without the UTF-8 flag', ['zip', '-qr', '-UN=UTF8', 'OUT', '.']],
  ['Info-ZIP to a pipe', ['sh', '-c', 'zip -qr - . | cat > "$0"', 'OUT']],
  ['Info-ZIP to a pipe, stored', ['sh', '-c', 'zip -q0r - . | cat > "$0"', 'OUT']],
  ['7-Zip', ['7z', 'a', '-bd', '-y', 'OUT', '.']],
  ['7-Zip, stored', ['7z', 'a', '-bd', '-y', '-mx=0', 'OUT', '.']],
  ['tar -a', ['bsdtar', '-a', '-cf', 'OUT', '.']],
  [
    'bsdtar to a pipe, whose last block is filled with zeros',
    ['sh', '-c', 'bsdtar --format zip -cf - * > "$0"', 'OUT'],
  ],
  ['bsdtar, stored', ['bsdtar', '--format', 'zip', '--options', 'zip:compression=store', '-cf', 'OUT', '.']],
  ['bsdtar with ZIP64', ['bsdtar', '--format', 'zip', '--options', 'zip:zip64', '-cf', 'OUT', '.']],
  ['Python', ['python3', '-c', python('ZIP_DEFLATED', { seekable: true }), 'OUT']],
  ['Python to a pipe', ['python3', '-c', python('ZIP_DEFLATED'), 'OUT']],
  ['Python to a pipe, stored', ['python3', '-c', python('ZIP_STORED'), 'OUT']],
  ['Python to a pipe, with ZIP64', ['python3', '-c', python('ZIP_DEFLATED', { zip64: true }), 'OUT']],
];

const packages = {
  zip: { apt: 'zip', brew: 'zip' },
  '7z': { apt: 'p7zip-full', brew: 'p7zip' },
  bsdtar: { apt: 'libarchive-tools', brew: 'libarchive' },
  python3: { apt: 'python3-minimal', brew: 'python3' },
};

describe('an archive by', () => {
  let folder: string;
  beforeAll(async () => {
    for (const [program, names] of Object.entries(packages)) requireProgram(program, names);
    folder = await mkdtemp(path.join(tmpdir(), 'appyard-tools-'));
    for (const [name, text] of Object.entries(content)) {
      await mkdir(path.join(folder, 'app', path.dirname(name)), { recursive: true });
      await writeFile(path.join(folder, 'app', name), text);
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(tools)('%s is read as it was packed', async (name, words) => {
    const out = path.join(folder, `${name.replaceAll(/\W/g, '-')}.zip`);
    const [command = '', ...args] = words.map((word) => (word === 'OUT' ? out : word));
    const done = spawnSync(command, args, { cwd: path.join(folder, 'app'), encoding: 'utf8', env: toolEnvironment() });
    expect([done.status, done.stderr]).toEqual([0, '']);
    const { files, problems } = unpackArchive(await readFile(out), defaultLimits);
    expect(problems).toEqual([]);
    expect(Object.fromEntries(files.map((file) => [file.path, Buffer.from(file.bytes).toString()]))).toEqual(content);
  });
});

const FIRST_SEED = 20_261_121;

describe('what is accepted is read alike by unzip, 7-Zip, Python and yauzl', () => {
  it('in all honest archives, and in 200 mutants', { timeout: 120_000 }, async () => {
    const honest = honestVectors.map(({ archive }, index) => ({ seed: index, archive }));
    for (const tally of await compareReaders(honest))
      expect(tally).toEqual({ reader: tally.reader, alike: honest.length, refused: new Map(), different: [] });
    for (const { alike, different } of await compareReaders(acceptedMutants(200, FIRST_SEED))) {
      expect(different).toEqual([]);
      // A reader may refuse what we accept: nothing is hidden from it.
      expect(alike).toBeGreaterThan(150);
    }
  });
});
