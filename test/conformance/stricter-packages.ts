/**
 * The packages on which a rule of our own decides: name -> key of that rule. Why there is such a rule stands in
 * `src/domain/package/stricter-rules.ts`. Nothing in `src` knows a single package.
 */
export const stricterPackages: Readonly<Record<string, string>> = {
  author_stringurl: 'unacceptable_hash',
  req_arrtype2: 'invalid_requirement_type_structure',
  url_httpsempty: 'location_uri_without_host',
};
