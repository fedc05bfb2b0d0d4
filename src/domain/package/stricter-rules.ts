import type { ArchiveKey } from '../archive/archive-keys.ts';

/** A rule of ours that refuses, or warns of, what the reference validator 4.52 lets through or crashes on. */
export interface StricterRule {
  key: string;
  reason: string;
}

const refusals = (reason: string, ...keys: ArchiveKey[]): StricterRule[] => keys.map((key) => ({ key, reason }));

/** The reference is given unpacked folders and has no rules for archives: whatever is refused of one is ours. */
const archiveRules: readonly StricterRule[] = [
  {
    key: 'archive_symlink',
    reason:
      'The reference minds symbolic links in apps for everyone only; in any app they can lead to any file of the machine.',
  },
  ...refusals(
    'Pipes, devices and entries that are both file and folder cannot be stored and given back.',
    'archive_special_file',
    'archive_entry_kind_contradicts',
    'archive_folder_with_content',
  ),
  ...refusals(
    'Zip readers disagree about such an archive, so what was checked may not be what somebody else unpacks.',
    'archive_no_end_record',
    'archive_several_end_records',
    'archive_comment_length_wrong',
    'archive_bytes_after_end',
    'archive_multi_disk',
    'archive_zip64_locator_wrong',
    'archive_zip64_record_missing',
    'archive_zip64_contradicts',
    'archive_zip64_extensible_data',
    'archive_directory_offset_wrong',
    'archive_directory_size_wrong',
    'archive_directory_cut',
    'archive_directory_record_unknown',
    'archive_entry_count_wrong',
    'archive_bytes_before_first_entry',
    'archive_bytes_between_entries',
    'archive_entries_overlap',
    'archive_entry_overlaps_directory',
    'archive_extra_field_cut',
    'archive_zip64_extra_wrong',
    'archive_local_header_missing',
    'archive_local_name_differs',
    'archive_local_method_differs',
    'archive_local_flags_differ',
    'archive_local_size_differs',
    'archive_local_crc_differs',
    'archive_descriptor_missing',
    'archive_descriptor_differs',
    'archive_descriptor_width_differs',
    'archive_entry_flags_unknown',
    'archive_entry_trailing_data',
    'archive_readers_disagree',
  ),
  ...refusals(
    'The content cannot be read, or is not what the archive says it is.',
    'archive_entry_encrypted',
    'archive_entry_method_unsupported',
    'archive_entry_size_wrong',
    'archive_entry_crc_wrong',
    'archive_entry_corrupt',
  ),
  ...refusals(
    'Such a name leads out of the folder it is unpacked into, or means another file on another system.',
    'archive_name_empty',
    'archive_name_not_utf8',
    'archive_unicode_path_differs',
    'archive_name_control_character',
    'archive_name_backslash',
    'archive_path_absolute',
    'archive_path_drive_letter',
    'archive_path_traversal',
    'archive_path_dot_part',
    'archive_path_empty_part',
    'archive_name_reserved_character',
    'archive_name_windows_device',
    'archive_name_trailing_dot_or_blank',
    'archive_duplicate_entry',
    'archive_names_differ_only_by_case',
    'archive_file_and_folder',
  ),
  ...refusals(
    'Without limits a small archive fills the memory or the disk of a worker; each can be set.',
    'archive_too_large',
    'archive_too_many_entries',
    'archive_too_many_folders',
    'archive_entry_too_large',
    'archive_expands_too_much',
    'archive_ratio_too_high',
    'archive_path_too_long',
    'archive_path_part_too_long',
    'archive_path_too_deep',
  ),
];

/**
 * Every place where this project is stricter on purpose. Keys that the reference has too stand here when they are also
 * given where it crashes or looks away.
 */
export const stricterRules: readonly StricterRule[] = [
  ...archiveRules,
  {
    key: 'unsupported_json',
    reason: 'U+0000, half a surrogate pair, `__proto__` and 1e999 cannot be stored and given back.',
  },
  { key: 'json_file_too_large', reason: 'Parsed JSON takes some thirty times its size; the reference has no limit.' },
  { key: 'translations_too_large', reason: 'Parsed texts take many times their size; the reference has no limit.' },
  {
    key: 'listing_texts_too_large',
    reason: 'The texts of a listing are stored with the app, for each language, and sent to clients.',
  },
  { key: 'invalid_encoding', reason: 'The reference crashes on texts that are not UTF-8.' },
  { key: 'invalid_default_locale', reason: 'The reference looks at each line, so a second line gets through.' },
  { key: 'translation.invalid_locale', reason: 'As for the default locale.' },
  {
    key: 'translation.not_json_object',
    reason: 'The reference crashes when `app`, its parameters or a product is no object.',
  },
  { key: 'manifest_not_json', reason: 'The reference crashes when the manifest is no object.' },
  { key: 'requirements_not_json', reason: 'The reference crashes when the requirements are no object.' },
  {
    key: 'unacceptable_hash',
    reason: 'The reference crashes on, or takes strings for, author, oauth, parameters and products.',
  },
  { key: 'unacceptable_string', reason: 'The reference crashes on OAuth settings that are no strings.' },
  { key: 'invalid_version', reason: 'The reference crashes on framework versions that are no version.' },
  { key: 'invalid_location', reason: 'The reference crashes on an unknown location without a url.' },
  {
    key: 'invalid_parameter_name',
    reason: "A setting is kept under its parameter's name, so there must be one, and a safe one.",
  },
  { key: 'location_uri_outside_assets', reason: '`assets/../x` is not below assets, and no path of ours has `..`.' },
  { key: 'location_uri_scheme_refused', reason: '`javascript://localhost/` would run in the host page.' },
  { key: 'location_uri_without_host', reason: '`https:` and `https://` lead nowhere.' },
  { key: 'invalid_requirement_type_structure', reason: 'Types that are lists or strings cannot be provisioned.' },
  { key: 'invalid_requirement_structure', reason: 'Entries that are no objects cannot be provisioned.' },
  {
    key: 'invalid_requirement_key',
    reason: 'A requirement without a key cannot be found again when the app is updated.',
  },
  { key: 'duplicate_requirement_keys', reason: 'Two requirements of one key would be provisioned over each other.' },
  { key: 'svg_too_complex', reason: 'Cleaning takes time for each element; the reference has no limit.' },
  {
    key: 'warning.top_folder_removed',
    reason:
      'The reference is given folders, where nothing is around the app; archives from GitHub and macOS have a folder.',
  },
  { key: 'warning.svg_markup_removed', reason: 'foreignObject and animations can carry code; they are not stored.' },
];
