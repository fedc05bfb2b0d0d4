import type { ArchiveKey } from '../../../../src/domain/archive/archive-keys.ts';
import { buildZip } from '../../../support/lying-zip.ts';
import { hostile, type HostileVector } from './hostile-vector.ts';

const together = (key: ArchiveKey, ...names: string[]): HostileVector =>
  hostile(`the names ${JSON.stringify(names)}`, key, buildZip(names.map((name) => ({ name }))));

const byCase = 'archive_names_differ_only_by_case';
const both = 'archive_file_and_folder';

export const collisionVectors = [
  together('archive_duplicate_entry', 'a.txt', 'b.txt', 'a.txt'),
  together('archive_duplicate_entry', 'a/', 'a/'),
  together('archive_duplicate_entry', 'manifest.json', './manifest.json'),
  together(byCase, './Manifest.json', 'manifest.json'),
  together('archive_duplicate_entry', 'a/b', 'a/', 'a/'),
  together('archive_duplicate_entry', '__proto__', '__proto__'),
  together(byCase, 'manifest.json', 'Manifest.json'),
  together(byCase, 'assets/a.js', 'Assets/b.js'),
  together(byCase, 'a/B/c/d.js', 'a/b/'),
  together(byCase, '\u00E9.txt', 'e\u0301.txt'),
  together(byCase, '\u00C9.txt', 'e\u0301.txt'),
  together(byCase, '\u00DF.txt', 'SS.txt'),
  together(byCase, '\u1E9E.txt', 'ss.txt'),
  together(byCase, '\u212A.txt', 'k.txt'),
  together(byCase, '\u03C3.txt', '\u03C2.txt'),
  together(byCase, '\u017F.txt', 's.txt'),
  together(both, 'a', 'a/b'),
  together(both, './a', 'a/b'),
  together(both, 'a/b', 'a'),
  together(both, 'a', 'a/'),
  together(both, 'a/b/c/d', 'a/b'),
  together(both, 'A', 'a/b'),
  together(both, 'a/', 'a'),
];
