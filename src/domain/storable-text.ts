/** Postgres can keep every text but one with a NUL character or half of a surrogate pair. */
export const isStorable = (text: string): boolean => !/\0|\p{Surrogate}/u.test(text);

/** A NUL character or half of a surrogate pair, as JSON escapes it: behind an even number of backslashes. */
const UNSTORABLE_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** Checks a value that `JSON.stringify` has written as {@link isStorable} checks a text. */
export const isStorableJson = (json: string): boolean => !UNSTORABLE_ESCAPE.test(json);

/** Replaces each half of a surrogate pair: some functions throw on them. */
export const toWellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');
