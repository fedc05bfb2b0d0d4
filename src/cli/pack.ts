import { writeFile } from 'node:fs/promises';
import { say } from './output.ts';
import { packFolder } from './pack-folder.ts';

/** For a machine without a zip program, and for scripts: the same files give the same bytes. */
export const pack = async (folder: string, file: string): Promise<void> => {
  const archive = await packFolder(folder);
  await writeFile(file, archive);
  say(`${file}: ${archive.length} bytes`);
};
