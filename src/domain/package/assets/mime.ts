import { fileTypeFromBuffer } from 'file-type/core';
import { list } from '../json/values.ts';
import type { PackageFile } from '../package-file.ts';
import type { PackageView } from '../package-view.ts';
import type { ProblemList } from '../problem-list.ts';

/** Last part of a name, or of a MIME type, of what no package may carry. */
const refused = new Set(
  'vnd.rar rar zip gzip pdf doc docx avi bin bz bz2 csh sh jar mp3 mpeg odt pptx ppt xls xlsx 7z'.split(' '),
);

/** What the reference recognises by content, of the things refused: by their first bytes, whatever the name. */
const refusedTypes = new Set([
  'application/zip',
  'application/gzip',
  'application/pdf',
  'audio/mpeg',
  'video/mpeg',
  'video/MP1S',
  'video/MP2P',
]);

/** A tag in front of music; the recogniser wants to see the music too. */
const isTagged = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 3)).toString('latin1') === 'ID3';

/** P(K), gzip, %(PDF), I(D3), MPEG audio and video: other files need no second look. */
const firstBytes = new Set([0x50, 0x1f, 0x25, 0x49, 0xff, 0x00]);

/** Enough for the recogniser, and it keeps it from unpacking what a stranger packed. */
const headBytes = 4_100;

const hasRefusedName = ({ path }: PackageFile): boolean => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.includes('.') && refused.has(name.slice(name.lastIndexOf('.') + 1));
};

const hasRefusedContent = async ({ bytes }: PackageFile): Promise<boolean> => {
  if (!firstBytes.has(bytes[0] ?? -1)) return false;
  if (isTagged(bytes)) return true;
  const type = await fileTypeFromBuffer(bytes.subarray(0, headBytes));
  if (!type || !refusedTypes.has(type.mime)) return false;
  // Text in UTF-16 begins like the rarer kinds of MPEG audio.
  return type.mime !== 'audio/mpeg' || type.ext === 'mp3';
};

/** Package rules of the reference validator 4.52. */
export const checkMimeTypes = async (view: PackageView, errors: ProblemList): Promise<void> => {
  const found: string[] = [];
  for (const file of view.files) {
    if (hasRefusedName(file) || (await hasRefusedContent(file))) found.push(file.path);
  }
  if (found[0] === undefined) return;
  errors.add({
    key: 'unsupported_mime_type_detected',
    message: `The package holds ${list(found)}, of a type that no app may have; remove it.`,
    file: found[0],
    data: { file_names: found.join(', '), count: found.length },
  });
};
