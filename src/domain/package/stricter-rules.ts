/** A rule of ours that refuses, or warns of, what the reference validator 4.52 lets through or crashes on. */
export interface StricterRule {
  key: string;
  reason: string;
}

/**
 * Every place where this project is stricter on purpose. Keys that the reference has too stand here when they are also
 * given where it crashes or looks away.
 */
export const stricterRules: readonly StricterRule[] = [
  {
    key: 'unsupported_json',
    reason: 'U+0000, half a surrogate pair, `__proto__` and 1e999 cannot be stored and given back.',
  },
  { key: 'json_file_too_large', reason: 'Parsed JSON takes some thirty times its size; the reference has no limit.' },
  { key: 'translations_too_large', reason: 'All translations are kept with the app and sent to clients.' },
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
  { key: 'warning.svg_markup_removed', reason: 'foreignObject and animations can carry code; they are not stored.' },
  { key: 'warning.svg_unreadable', reason: 'A file without an svg element is replaced, and that is said.' },
];
