/** Postgres can keep every text but one with a NUL character or half of a surrogate pair. */
export const isStorable = (text: string): boolean => !/\0|\p{Surrogate}/u.test(text);

/** Replaces each half of a surrogate pair: some functions throw on them. */
export const toWellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');
