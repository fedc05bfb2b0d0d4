import { lyingEntry } from './hostile-vector.ts';

const unix = (mode: number): number => mode * 0x10000;
const link = { name: 'link', content: '/etc/passwd', attributes: unix(0o120_777) };

export const kindVectors = [
  lyingEntry('a symbolic link', 'archive_symlink', link),
  lyingEntry('a symbolic link, from a Mac', 'archive_symlink', { ...link, central: { madeBy: 0x1314 } }),
  lyingEntry('a symbolic link that says it was made on Windows', 'archive_symlink', {
    ...link,
    central: { madeBy: 0x0a14 },
  }),
  lyingEntry('a symbolic link that says it was made on DOS', 'archive_symlink', {
    ...link,
    central: { madeBy: 0x0014 },
  }),
  lyingEntry('a symbolic link with the name of a folder', 'archive_symlink', {
    name: 'link/',
    attributes: unix(0o120_777) + 0x10,
  }),
  lyingEntry('a reparse point of Windows', 'archive_symlink', {
    ...link,
    attributes: 0x400,
    central: { madeBy: 0x0a14 },
  }),
  lyingEntry('a character device', 'archive_special_file', { name: 'tty', attributes: unix(0o020_666) }),
  lyingEntry('a block device', 'archive_special_file', { name: 'sda', attributes: unix(0o060_666) }),
  lyingEntry('a named pipe', 'archive_special_file', { name: 'pipe', attributes: unix(0o010_666) }),
  lyingEntry('a socket', 'archive_special_file', { name: 'socket', attributes: unix(0o140_666) }),
  lyingEntry('a kind that nobody knows', 'archive_special_file', { name: 'what', attributes: unix(0o170_666) }),
  lyingEntry('a volume label', 'archive_special_file', { name: 'C', attributes: 0x08, central: { madeBy: 0x0014 } }),
  lyingEntry('a file that is a folder by its mode', 'archive_entry_kind_contradicts', {
    name: 'file',
    attributes: unix(0o040_755),
  }),
  lyingEntry('a file that is a folder by its DOS attributes', 'archive_entry_kind_contradicts', {
    name: 'file',
    attributes: 0x10,
  }),
  lyingEntry('a folder that is a file by its mode', 'archive_entry_kind_contradicts', {
    name: 'folder/',
    attributes: unix(0o100_644),
  }),
];
