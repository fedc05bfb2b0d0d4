/** The beginning of a text: for people, who are told in it what was sent. Never ends in half a character. */
export const beginningOf = (text: string, longest: number): string =>
  text.slice(0, longest).replace(/\p{Surrogate}/gu, '');

/** The same, with a mark where something was left out. */
export const shortened = (text: string, longest: number): string =>
  text.length > longest ? `${beginningOf(text, longest)}…` : text;
