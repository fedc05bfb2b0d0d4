import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** What a process writes, kept over its restarts. */
export interface LogFile {
  path: string;
  /** To hand to a process as its output. Close it when that has it. */
  openForWriting(): { fd: number; close: () => void };
  size(): number;
  /** What was written since the file had that size. */
  since(size: number): Promise<string>;
}

export const logFileAt = (path: string): LogFile => {
  closeSync(openSync(path, 'a'));
  return {
    path,
    openForWriting: () => {
      const fd = openSync(path, 'a');
      return { fd, close: () => closeSync(fd) };
    },
    size: () => statSync(path).size,
    async since(size) {
      const file = await open(path, 'r');
      try {
        const length = Math.max(0, (await file.stat()).size - size);
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size);
        return buffer.toString('utf8', 0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
};

/** The lines that hold a text, at most so many, the last ones. */
export const linesWith = (path: string, text: string, most: number): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes(text))
    .slice(-most);
