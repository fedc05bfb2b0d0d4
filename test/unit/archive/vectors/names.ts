import type { ArchiveKey } from '../../../../src/domain/archive/archive-keys.ts';
import { extraField, unicodePath } from '../../../support/lying-zip.ts';
import { type HostileVector, lyingEntry } from './hostile-vector.ts';

const named = (key: ArchiveKey, ...names: (string | Buffer)[]): HostileVector[] =>
  names.map((name) => lyingEntry(`the name ${JSON.stringify(name.toString())}`, key, { name }));

/** é.txt as DOS wrote it. */
const cp437 = Buffer.from([0x82, 0x2e, 0x74, 0x78, 0x74]);

const differing = 'archive_unicode_path_differs';

const bytes = (...parts: (string | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));

/** What a field may not make of a name: whoever does not look at it would find another file. */
const translations: [why: string, name: Buffer, meant: string][] = [
  ['makes a manifest of another name', bytes(0x82), 'manifest.json'],
  ['moves a file into a folder', bytes('a', 0x82), 'assets/é'],
  ['moves a file out of a folder', bytes('assets/', 0x82), 'é'],
  ['names another folder', bytes('assets/', 0x82), 'public/é'],
  ['makes a folder of a file', bytes('a/', 0x82), 'a/é/'],
  ['hides a plain name', bytes('assets/', 0x82, '/evil.js'), 'assets/é/good.js'],
  ['hides a backslash', bytes('a', 0x82, '\\b'), 'aéb'],
  ['hides a NUL', bytes('a', 0x82, 0, 'b'), 'aéb'],
  ['hides a stream of Windows', bytes('a', 0x82, ':b'), 'aéb'],
];

export const nameVectors = [
  ...named('archive_name_empty', ''),
  ...named('archive_path_absolute', '/etc/passwd', '/', '//server/share'),
  ...named('archive_path_drive_letter', 'C:/windows/evil.dll', 'c:evil.dll', 'Z:/'),
  ...named('archive_name_backslash', 'assets\\index.html', '..\\evil', '\\\\server\\share', 'folder\\'),
  ...named('archive_path_traversal', './../evil', '../evil', 'a/../../evil', 'a/..', '..', 'a/../'),
  ...named('archive_path_dot_part', '././manifest.json', 'a/./b', '.', 'a/.', './.'),
  ...named('archive_path_absolute', './/etc/passwd'),
  ...named('archive_path_drive_letter', './C:/evil.dll'),
  ...named('archive_path_empty_part', 'a//b', 'a//'),
  ...named('archive_name_control_character', 'a\0.txt', 'a\n.txt', 'a\x7F.txt', 'a\u0085.txt', '\u001B[31mred'),
  ...named('archive_name_control_character', 'exe\u202Etxt.js', 'a\u2066b', '\uFEFFmanifest.json', 'a\u2028b'),
  ...named(
    'archive_name_not_utf8',
    Buffer.from([0x61, 0xff]),
    Buffer.from([0xc0, 0xaf]),
    Buffer.from([0xed, 0xa0, 0x80]),
  ),
  ...named('archive_name_reserved_character', 'a"b', 'a*b', 'ab:c', 'a<b', 'a>b', 'a?b', 'a|b', 'js/app.js:stream'),
  ...named(
    'archive_name_windows_device',
    'CON',
    'nul',
    'a/Aux.txt',
    'com1',
    'LPT9.tar.gz',
    'COM\u00B9',
    'prn .txt',
    'conout$/a',
  ),
  ...named('archive_name_trailing_dot_or_blank', 'a.', 'a ', 'a./b', 'a /b', '...', 'folder. /'),

  lyingEntry('another name in a Unicode-path field', differing, {
    name: 'safe.txt',
    extra: unicodePath('../evil.txt', 'safe.txt'),
  }),
  lyingEntry('a Unicode-path field for another name', differing, {
    name: 'safe.txt',
    extra: unicodePath('safe.txt', 'other.txt'),
  }),
  lyingEntry('a Unicode-path field of an unknown version', differing, {
    name: 'safe.txt',
    extra: unicodePath('safe.txt', 'safe.txt', 2),
  }),
  lyingEntry('an empty Unicode-path field', differing, {
    name: 'safe.txt',
    extra: extraField(0x7075, Buffer.alloc(0)),
  }),
  lyingEntry('another name in a second Unicode-path field', differing, {
    name: 'safe.txt',
    extra: Buffer.concat([unicodePath('safe.txt', 'safe.txt'), unicodePath('evil.txt', 'safe.txt')]),
  }),
  lyingEntry('the same name in two Unicode-path fields', differing, {
    name: 'safe.txt',
    extra: Buffer.concat([unicodePath('safe.txt', 'safe.txt'), unicodePath('safe.txt', 'safe.txt')]),
  }),
  lyingEntry('another name in a Unicode-path field of the local header', differing, {
    name: 'safe.txt',
    localExtra: unicodePath('evil.txt', 'safe.txt'),
  }),
  lyingEntry('another name in a Unicode-path field of a UTF-8 name without the flag', differing, {
    name: 'é.txt',
    utf8: false,
    extra: unicodePath('è.txt', 'é.txt'),
  }),
  lyingEntry('a name in code page 437 and no Unicode-path field', 'archive_name_not_utf8', {
    name: cp437,
    utf8: false,
  }),
  ...translations.map(([why, name, meant]) =>
    lyingEntry(`a Unicode-path field that ${why}`, 'archive_name_not_utf8', {
      name,
      utf8: false,
      extra: unicodePath(meant, name),
      localExtra: unicodePath(meant, name),
    }),
  ),
  lyingEntry('a Unicode-path field with the CRC of another name in code page 437', 'archive_name_not_utf8', {
    name: cp437,
    utf8: false,
    extra: unicodePath('é.txt', 'e.txt'),
  }),
  lyingEntry('a Unicode-path field beside the UTF-8 flag on a name that is not UTF-8', 'archive_name_not_utf8', {
    name: cp437,
    extra: unicodePath('é.txt', cp437),
  }),
  lyingEntry('another translation of a name in the local header', differing, {
    name: cp437,
    utf8: false,
    extra: unicodePath('é.txt', cp437),
    localExtra: unicodePath('è.txt', cp437),
  }),
  lyingEntry('a Unicode-path field that leads out of the package', 'archive_path_traversal', {
    name: Buffer.concat([Buffer.from('../'), cp437]),
    utf8: false,
    extra: unicodePath('../é.txt', Buffer.concat([Buffer.from('../'), cp437])),
  }),
];
