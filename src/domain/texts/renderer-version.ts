/**
 * Version of everything that turns a text into HTML: the Markdown parser, its options, the allow-list, the sanitizer and
 * the limits. Raise it with each change of them: every stored HTML of an older version is then rendered again, and until
 * then the text is shown as plain text.
 */
export const RENDERER_VERSION = 1;
