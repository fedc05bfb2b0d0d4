import { expect, test } from 'vitest';
import { chooseLocale } from '../../../src/domain/package/translations/choose-locale.ts';

test.each([
  ['the same locale', ['de'], 'de'],
  ['the same locale in other letters', ['PT-br'], 'pt-BR'],
  ['the language of a region', ['de-AT'], 'de'],
  ['what is left of a longer tag', ['en-GB-x-1'], 'en-GB'],
  ['a region of the language, the first by name', ['pt'], 'pt-BR'],
  ['another region of the language', ['pt-AO'], 'pt-BR'],
  ['the default locale, where that is of the language', ['en'], 'en-US'],
  ['the first wish that can be met', ['fr', 'ja', 'pt-PT', 'de'], 'pt-PT'],
  ['a region of the first wish, not the very next wish', ['pt', 'de'], 'pt-BR'],
  ['anything', ['fr', '*', 'de'], 'en-US'],
  ['nothing there is', ['fr', 'd', 'toString', '__proto__', ''], 'en-US'],
  ['no wish', [], 'en-US'],
])('whoever wants %s (%j) gets %s', (_what, wishes, chosen) => {
  expect(chooseLocale(['pt-PT', 'en-GB', 'pt-BR', 'de', 'en-US'], 'en-US', wishes)).toBe(chosen);
});

test('the default locale wins, although its texts are missing', () => {
  expect(chooseLocale([], 'en', ['de'])).toBe('en');
});
