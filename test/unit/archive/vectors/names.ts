import { crc32 } from 'node:zlib';
import type { ArchiveKey } from '../../../../src/domain/archive/archive-keys.ts';
import { extraField, uint32 } from '../../../support/lying-zip.ts';
import { type HostileVector, lyingEntry } from './hostile-vector.ts';

const named = (key: ArchiveKey, ...names: (string | Buffer)[]): HostileVector[] =>
  names.map((name) => lyingEntry(`the name ${JSON.stringify(name.toString())}`, key, { name }));

const unicodePath = (name: string, of: string | Buffer, version = 1): Buffer =>
  extraField(0x7075, Buffer.concat([Buffer.of(version), uint32(crc32(of)), Buffer.from(name)]));

/** é.txt as DOS wrote it. */
const cp437 = Buffer.from([0x82, 0x2e, 0x74, 0x78, 0x74]);

const differing = 'archive_unicode_path_differs';

export const nameVectors = [
  ...named('archive_name_empty', ''),
  ...named('archive_path_absolute', '/etc/passwd', '/', '//server/share'),
  ...named('archive_path_drive_letter', 'C:/windows/evil.dll', 'c:evil.dll', 'Z:/'),
  ...named('archive_name_backslash', 'assets\\index.html', '..\\evil', '\\\\server\\share', 'folder\\'),
  ...named('archive_path_traversal', '../evil', 'a/../../evil', 'a/..', '..', 'a/../'),
  ...named('archive_path_dot_part', './manifest.json', 'a/./b', '.', 'a/.'),
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

  lyingEntry('a name beyond ASCII without the UTF-8 flag', 'archive_name_encoding_unclear', {
    name: 'é.txt',
    utf8: false,
  }),
  lyingEntry('such a name, repeated in a Unicode-path field, which Python ignores', 'archive_name_encoding_unclear', {
    name: 'é.txt',
    utf8: false,
    extra: unicodePath('é.txt', 'é.txt'),
    localExtra: unicodePath('é.txt', 'é.txt'),
  }),
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
  lyingEntry('a Unicode-path field that translates a name in code page 437', 'archive_name_not_utf8', {
    name: cp437,
    utf8: false,
    extra: unicodePath('é.txt', cp437),
  }),
];
