/**
 * Limits of every parser of request bodies and queries. A parser that reads nested names
 * without limits builds a sparse array of a name like `a[4294967294]`, and blocks the event loop for minutes.
 */

/**
 * JSON bodies. Kustomer accepts 40 levels inside a definition; nothing else nests deeper than ten. A body of a mebibyte has
 * room for half a million values, which hold the event loop for a third of a second; no client sends more than some thousand.
 */
export const JSON_LIMITS = { maxBytes: 1024 * 1024, maxDepth: 64, maxValues: 20_000 } as const;

/**
 * Bytes of the body of a notification, as JSON. Each webhook gets a copy: ten copies of a mebibyte would hold a database
 * connection for two seconds.
 */
export const NOTIFICATION_BYTES = 64 * 1024;

/** JSON bodies of the OAuth endpoints: a handful of short texts. */
export const OAUTH_JSON = { limit: '16kb' } as const;

/** Form bodies of the OAuth endpoints. `extended: false` and `depth: 0` leave brackets in names as they are. */
export const OAUTH_FORM = { extended: false, limit: OAUTH_JSON.limit, parameterLimit: 50, depth: 0 } as const;

/** Bytes of a form. */
export const FORM_BYTES = JSON_LIMITS.maxBytes;

const FORM_FIELDS = 200;
const FORM_NAME = 300;

/** Forms with brackets in their field names, which one parser reads: `settings[name]=x`. An index builds no list. */
export const FORM_LIMITS = {
  maxFields: FORM_FIELDS,
  maxNameLength: FORM_NAME,
  qs: { depth: 3, strictDepth: true, arrayLimit: 0, parameterLimit: FORM_FIELDS, plainObjects: true },
  /** In multer's terms, brackets escaped. One more field than is allowed is for the parser to refuse. */
  multipart: {
    fieldNameSize: FORM_NAME,
    fieldNestingDepth: 0,
    fieldArrayIndexLimit: 0,
    fieldSize: FORM_BYTES,
    fields: FORM_FIELDS,
    parts: FORM_FIELDS,
    files: 1,
    fileSize: 0,
  },
} as const;

/** Queries. The size of the request's head, at most 16 KiB, bounds their bytes. */
export const QUERY_LIMITS = { maxParameters: 200 } as const;

/** Files that are attached to a record: bytes of one file, and files of one field. */
export const ATTACHMENT_LIMITS = { maxBytes: 10 * 1024 * 1024, maxPerField: 20 } as const;

/** Bytes of a multipart body that are not the file: boundaries, headers of parts, text fields. */
export const FRAMING_BYTES = 64 * 1024;

const FLAT_NAMES = { fieldNameSize: 100, fieldNestingDepth: 0, fieldArrayIndexLimit: 0 } as const;

/** Multipart bodies with one file, in multer's terms. */
export const uploadLimits = (maxFileBytes: number) => ({
  ...FLAT_NAMES,
  fileSize: maxFileBytes,
  files: 1,
  fields: 20,
  parts: 21,
  fieldSize: FRAMING_BYTES,
});
