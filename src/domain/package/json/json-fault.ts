import { type ParseErrorCode, printParseErrorCode } from 'jsonc-parser';

/**
 * Why a text is refused. `unsupported`: JSON, but nothing that can be stored and given back unchanged. `size`: it has
 * more values than are taken.
 */
export interface JsonFault {
  kind: 'syntax' | 'duplicate' | 'unsupported' | 'size';
  detail: string;
  /** One-based, as is the column. */
  line: number;
  column: number;
  /** Of `duplicate`: the key. */
  name?: string;
}

/** Carries the first fault out of the parser, which otherwise goes on and guesses. */
export class JsonFaultError extends Error {
  readonly fault: JsonFault;

  constructor(fault: JsonFault) {
    super(fault.detail);
    this.fault = fault;
  }
}

const faultTexts = new Map<string, string>([
  ['InvalidSymbol', 'this is no JSON value (single quotes, NaN or a word without quotes)'],
  ['InvalidNumberFormat', 'this number is not written as JSON wants it'],
  ['PropertyNameExpected', 'a key in double quotes must stand here (or a comma before it is one too many)'],
  ['ValueExpected', 'a value must stand here (or a comma before it is one too many)'],
  ['ColonExpected', 'a colon must stand here'],
  ['CommaExpected', 'a comma must stand here'],
  ['CloseBraceExpected', 'a closing brace is missing'],
  ['CloseBracketExpected', 'a closing bracket is missing'],
  ['EndOfFileExpected', 'nothing may follow the value'],
  ['UnexpectedEndOfComment', 'this comment is never closed'],
  ['UnexpectedEndOfString', 'this string is not closed on its line'],
  ['UnexpectedEndOfNumber', 'this number is cut off'],
  ['InvalidUnicode', 'four hexadecimal digits must follow \\u'],
  ['InvalidCharacter', 'control characters in strings must be escaped (\\n, \\t, \\u0007)'],
]);

/** What is wrong, in words that end a sentence. */
export const syntaxDetail = (code: ParseErrorCode): string =>
  faultTexts.get(printParseErrorCode(code)) ?? 'this is not JSON';
