import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder with package.json: the build puts the code one level deeper than it stands in the sources. */
export const projectRoot = ((): string => {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
})();

export const migrationsDir = path.join(projectRoot, 'migrations');
