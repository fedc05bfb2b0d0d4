/**
 * The packages on which a rule of our own decides: name -> key of that rule. Why there is such a rule stands in
 * `src/domain/package/stricter-rules.ts`. Nothing in `src` knows a single package.
 */
export const stricterPackages: Readonly<Record<string, string>> = {
  author_stringurl: 'unacceptable_hash',
  req_arrtype2: 'invalid_requirement_type_structure',
  url_httpsempty: 'location_uri_without_host',
};

const byteOrderMark = 'Editors on Windows put a byte order mark before JSON; it is dropped (RFC 8259, 8.1).';

/** The packages that we accept on purpose although the reference refuses them: name -> reason. */
export const looserPackages: Readonly<Record<string, string>> = {
  raw_bom: byteOrderMark,
  tr_bom: byteOrderMark,
};
