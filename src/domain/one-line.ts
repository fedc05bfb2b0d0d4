/** Puts a text of a stranger on one line, for messages that have one problem a line, for terminals and for the database. */
export const onOneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Surrogate}\p{Zl}\p{Zp}]+/gu, ' ').trim();
