const again = 'pack the folder again with a current zip tool';

/**
 * Every reason to refuse an archive, and what its author is told. The words in braces are filled in by
 * `archiveProblem`: `{entry}` is the name of the entry, the others are the problem's data.
 */
export const archiveKeys = {
  // The end record and the central directory.
  archive_no_end_record: `The archive has no end record, so it is cut short or not a zip: ${again}.`,
  archive_several_end_records: `The archive can be read as if it ended in two places: ${again}, without a comment.`,
  archive_comment_length_wrong: `The archive ends before its comment does: ${again}.`,
  archive_bytes_after_end: `The archive has {found} bytes after its end record that are not zero, or too many: ${again}.`,
  archive_multi_disk: 'The archive is split over several disks: pack it as a single file.',
  archive_zip64_locator_wrong: `The ZIP64 locator does not point at the ZIP64 end record in front of it: ${again}.`,
  archive_zip64_record_missing: `The end record refers to a ZIP64 end record that is missing: ${again}.`,
  archive_zip64_contradicts: `The ZIP64 end record and the end record contradict each other: ${again}.`,
  archive_zip64_extensible_data: `The ZIP64 end record carries data that other readers do not know: ${again}.`,
  archive_directory_offset_wrong: `The central directory is not where the end record says it is: ${again}.`,
  archive_directory_size_wrong: `The central directory is not as long as the end record says: ${again}.`,
  archive_directory_cut: `The central directory ends in the middle of a record: ${again}.`,
  archive_directory_record_unknown: `The central directory has a record at byte {found} that is no entry: ${again}.`,
  archive_entry_count_wrong: `The central directory does not have the {found} entries that the end record counts: ${again}.`,

  // What lies where.
  archive_bytes_before_first_entry: `The archive has {found} bytes in front of its first entry: ${again}.`,
  archive_bytes_between_entries: `The archive has {found} bytes after {entry} that belong to no entry: ${again}.`,
  archive_entries_overlap: `{entry} overlaps {other} in the archive: ${again}.`,
  archive_entry_overlaps_directory: `{entry} overlaps the central directory of the archive: ${again}.`,
  archive_extra_field_cut: `An extra field of {entry} is cut short: ${again}.`,
  archive_zip64_extra_wrong: `The ZIP64 extra field of {entry} contradicts its header: ${again}.`,

  // Local header and descriptor against the central directory.
  archive_local_header_missing: `There is no local header where the central directory has {entry}: ${again}.`,
  archive_local_name_differs: `The local header of {entry} has another name: ${again}.`,
  archive_local_method_differs: `The local header of {entry} has another compression method: ${again}.`,
  archive_local_flags_differ: `The local header of {entry} has other flags: ${again}.`,
  archive_local_size_differs: `The local header of {entry} has another size: ${again}.`,
  archive_local_crc_differs: `The local header of {entry} has another checksum: ${again}.`,
  archive_descriptor_missing: `{entry} announces a data descriptor but has none: ${again}.`,
  archive_descriptor_width_differs: `The data descriptor of {entry} is not as wide as its local header makes readers expect: ${again}.`,
  archive_descriptor_differs: `The data descriptor of {entry} contradicts the central directory: ${again}.`,

  // The content.
  archive_entry_encrypted: '{entry} is encrypted: pack the folder again without a password.',
  archive_entry_flags_unknown: `{entry} uses zip features that other readers do not know: ${again}.`,
  archive_entry_method_unsupported:
    '{entry} is compressed with method {found}: pack the folder again with the usual method, deflate.',
  archive_entry_size_wrong: `{entry} does not have the size that the archive gives for it: ${again}.`,
  archive_entry_crc_wrong: `{entry} does not have the checksum that the archive gives for it: ${again}.`,
  archive_entry_corrupt: `{entry} cannot be decompressed: ${again}.`,
  archive_entry_trailing_data: `{entry} has bytes behind the end of its compressed data: ${again}.`,
  archive_folder_with_content: `{entry} is a folder and has content: ${again}.`,
  archive_readers_disagree: `Zip readers see different entries in this archive: ${again}.`,

  // What an entry is.
  archive_symlink: '{entry} is a symbolic link: put a copy of the file in its place.',
  archive_special_file: '{entry} is neither a file nor a folder: leave it out.',
  archive_entry_kind_contradicts: `{entry} is a folder by its name or by its attributes, but not by both: ${again}.`,

  // Names.
  archive_name_empty: `An entry has no name: ${again}.`,
  archive_name_not_utf8:
    'The name {entry} is not UTF-8: rename the file with plain letters, or use a tool that writes names in UTF-8.',
  archive_unicode_path_differs: `{entry} carries more than one Unicode-path field, or one with another name: ${again}.`,
  archive_name_control_character: 'The name {entry} has control characters in it: rename the file.',
  archive_name_backslash:
    'The name {entry} has a backslash in it, as some Windows tools write between folders: use a tool that writes forward slashes.',
  archive_path_absolute: '{entry} is an absolute path: pack the folder with relative paths.',
  archive_path_drive_letter: '{entry} begins with a drive letter: pack the folder with relative paths.',
  archive_path_traversal: '{entry} leads out of the package by "..": pack the folder from its root.',
  archive_path_dot_part: '{entry} has a "." among its folders: pack the folder with plain paths.',
  archive_path_empty_part: '{entry} has two slashes in a row: pack the folder with plain paths.',
  archive_name_reserved_character:
    'The name {entry} has one of the characters " * : < > ? | in it, which Windows does not allow: rename the file.',
  archive_name_windows_device: 'The name {entry} has a part that is the name of a device on Windows: rename it.',
  archive_name_trailing_dot_or_blank:
    'The name {entry} has a part that ends with a dot or a blank, which Windows drops: rename it.',
  archive_duplicate_entry: '{entry} is in the archive twice: keep one of them.',
  archive_names_differ_only_by_case:
    '{entry} and {other} differ only in upper and lower case or in how accents are written: rename one of them.',
  archive_file_and_folder: '{entry} is both a file and a folder: rename one of them.',

  // Limits.
  archive_too_large: 'The archive has {found} bytes and may have {limit}: leave out what the app does not need.',
  archive_too_many_entries:
    'The archive has {found} entries and may have {limit}: leave out what the app does not need.',
  archive_too_many_folders: 'The archive has more than {limit} folders: leave out what the app does not need.',
  archive_entry_too_large: '{entry} has {found} bytes unpacked and may have {limit}: make it smaller or leave it out.',
  archive_expands_too_much:
    'The archive has {found} bytes unpacked and may have {limit}: leave out what the app does not need.',
  archive_ratio_too_high:
    'The archive is {found} times as large once unpacked and may be {limit} times as large: leave out padding.',
  archive_path_too_long: '{entry} is a path of {found} bytes and may have {limit}: shorten it.',
  archive_path_part_too_long: '{entry} has a part of {found} bytes in its path and may have {limit}: shorten it.',
  archive_path_too_deep: '{entry} has {found} parts in its path and may have {limit}: move it up.',
} as const;

export type ArchiveKey = keyof typeof archiveKeys;
