/**
 * Names of files and folders that are never stored, served or exported. The first is the CLI's own and carries the
 * developer's secrets, which it uploads with the package; the others are what macOS and Windows leave behind.
 */
const droppedNames = new Set(['zcli.apps.config.json', '__macosx', '.ds_store', 'thumbs.db']);

/** True if a path has one of these names among its parts, at any depth and in any case (file systems may ignore it). */
export const isDropped = (path: string): boolean =>
  path.split('/').some((part) => droppedNames.has(part.toLowerCase()));
