import { expect } from 'vitest';

/** For fields of an expected answer whose value a test cannot know. */
export const aTime = (): string => expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string;
export const aCompactTime = (): string => expect.stringMatching(/^\d{14}$/) as string;
export const anId = (): number => expect.any(Number) as number;
export const aJobId = (): string => expect.stringMatching(/^[0-9a-f]{32}$/) as string;

/** Texts in an id's place that are none. */
export const badIds = [
  '0',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  '01',
  'abc',
  'undefined',
  'null',
  '9007199254740993',
  '99999999999999999999',
  '%00',
  '1%00',
  '%F0%9F%98%80',
  '%E0%A4%A',
  '%ZZ',
  '%2e%2e',
  "1'--",
  '1;2',
  '[]',
  'x'.repeat(3_000),
];

/** Cases of `it.each` whose names stay short. */
export const named = (texts: string[]): [name: string, text: string][] =>
  texts.map((text) => [text.length > 50 ? `${text.slice(0, 20)}… of ${text.length} characters` : text, text]);
