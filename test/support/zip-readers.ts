import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import * as yauzl from 'yauzl';
import { searchPath } from './program.ts';
import { requireProgram } from './system-packages.ts';

/** What a reader finds in an archive: the digest of each file's content by its name, or why it does not read it. */
export type Reading = { files: Map<string, string> } | { refused: string };

/** Reads archives. Names are the bytes in the archive as Latin-1, without `./` in front. */
type ReadAll = (archives: readonly Buffer[]) => Promise<Reading[]>;

export interface ZipReader {
  name: string;
  read: ReadAll;
  /** Whether it gives names as they are in the archive; otherwise only those in ASCII are. */
  keepsNames: boolean;
}

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const plainName = (name: Buffer): string => name.toString('latin1').replace(/^\.\//, '');

/** yauzl demands that the comment of the end record reaches to the end of the file. */
const withoutPadding = (archive: Buffer): Buffer => {
  const at = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const end = at === -1 || at + 22 > archive.length ? archive.length : at + 22 + archive.readUInt16LE(at + 20);
  return archive.subarray(end).every((byte) => byte === 0) ? archive.subarray(0, end) : archive;
};

const readWithYauzl = async (archive: Buffer): Promise<Map<string, string>> => {
  const zip = await yauzl.fromBufferPromise(withoutPadding(archive), {
    decodeStrings: false,
    validateEntrySizes: true,
  });
  const files = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    const name = plainName(entry.fileName as unknown as Buffer);
    if (name.endsWith('/') || name === '') continue;
    const bytes = await buffer(await zip.openReadStreamPromise(entry));
    // yauzl leaves the CRC to its user.
    if (crc32(bytes) !== entry.crc32) throw new Error(`wrong CRC of ${name}`);
    files.set(name, digestOf(bytes));
  }
  return files;
};

/** Prints a line of JSON for each archive of a folder. */
const PYTHON = `
import hashlib, json, sys, zipfile
for number in range(int(sys.argv[2])):
    try:
        files = {}
        with zipfile.ZipFile("%s/%d.zip" % (sys.argv[1], number)) as archive:
            for entry in archive.infolist():
                raw = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")
                if raw.endswith(b"/"): continue
                name = raw.decode("latin-1")
                files[name[2:] if name.startswith("./") else name] = hashlib.sha256(archive.read(entry)).hexdigest()
        print(json.dumps({"files": files}))
    except Exception as err:
        print(json.dumps({"refused": "%s: %s" % (type(err).__name__, err)}))
`;

const readWithPython: ReadAll = async (archives) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'appyard-zips-'));
  try {
    for (const [number, archive] of archives.entries()) await writeFile(path.join(folder, `${number}.zip`), archive);
    const child = spawn('python3', ['-c', PYTHON, folder, String(archives.length)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = (await text(child.stdout)).trim().split('\n');
    return lines.map((line) => {
      const answer = JSON.parse(line) as { files: Record<string, string> } | { refused: string };
      return 'files' in answer ? { files: new Map(Object.entries(answer.files)) } : answer;
    });
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** For programs that pack and unpack: names are UTF-8. */
export const toolEnvironment = (): NodeJS.ProcessEnv => ({ PATH: searchPath(), LC_ALL: 'C.UTF-8' });

/** A program that unpacks into a folder; its code is 0, or 1 when something was unusual and it went on. */
const unpackWith =
  (command: (archive: string, folder: string) => string[]): ReadAll =>
  async (archives) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'appyard-unzip-'));
    const readings: Reading[] = [];
    try {
      for (const [number, archive] of archives.entries()) {
        const [file, into] = [path.join(folder, `${number}.zip`), path.join(folder, String(number))];
        await writeFile(file, archive);
        await mkdir(into);
        const [program = '', ...args] = command(file, into);
        const done = spawnSync(program, args, {
          encoding: 'latin1',
          env: toolEnvironment(),
        });
        readings.push(
          done.status === 0 || done.status === 1
            ? { files: await filesIn(into) }
            : { refused: `${done.status ?? done.signal}: ${reasonIn(done.stderr + done.stdout)}` },
        );
        await rm(into, { recursive: true, force: true });
      }
      return readings;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

/** Names may be anything but UTF-8, so paths are bytes. */
const filesIn = async (folder: string): Promise<Map<string, string>> => {
  const files = new Map<string, string>();
  const walk = async (at: Buffer, name: string): Promise<void> => {
    for (const entry of await readdir(at, { withFileTypes: true, encoding: 'buffer' })) {
      const below = Buffer.concat([at, Buffer.from('/'), entry.name]);
      const named = name + entry.name.toString('latin1');
      if (entry.isDirectory()) await walk(below, `${named}/`);
      else files.set(named, digestOf(await readFile(below)));
    }
  };
  await walk(Buffer.from(folder), '');
  return files;
};

/** The line that says what is wrong, or the last one. */
const reasonIn = (output: string): string => {
  const lines = output.trim().split('\n');
  return (lines.find((line) => /error|warning/i.test(line)) ?? lines.at(-1))!.trim();
};

const tryEach =
  (read: (archive: Buffer) => Promise<Map<string, string>>): ReadAll =>
  async (archives) => {
    const readings: Reading[] = [];
    for (const archive of archives)
      readings.push(
        await read(archive).then(
          (files) => ({ files }),
          (err: unknown) => ({ refused: String(err) }),
        ),
      );
    return readings;
  };

/** Needs nothing but its package. */
export const yauzlReader: ZipReader = { name: 'yauzl', read: tryEach(readWithYauzl), keepsNames: true };

/**
 * yauzl, Python's zipfile, unzip and 7-Zip.
 *
 * @throws Error when one of them is not there and cannot be installed.
 */
export const openZipReaders = (): ZipReader[] => {
  requireProgram('python3', { apt: 'python3-minimal', brew: 'python3' });
  const unzip = requireProgram('unzip', { apt: 'unzip', brew: 'unzip' });
  const sevenZip = requireProgram('7z', { apt: 'p7zip-full', brew: 'p7zip' });
  const unpacking = { keepsNames: false } as const;
  return [
    yauzlReader,
    { name: 'Python zipfile', read: readWithPython, keepsNames: true },
    { name: 'unzip', read: unpackWith((file, into) => [unzip, '-qq', '-o', file, '-d', into]), ...unpacking },
    { name: '7-Zip', read: unpackWith((file, into) => [sevenZip, 'x', '-y', '-bd', `-o${into}`, file]), ...unpacking },
  ];
};
