import { expect, test } from 'vitest';
import { plainTexts, textsFor } from '../../../src/domain/package/translations/texts-for.ts';

const translations = {
  en: { app: { name: 'Greeter', parameters: { tone: { label: 'Tone', help: 'How to greet' } } }, list: ['a', 'b'] },
  de: { app: { name: 'Grüßer', parameters: { tone: { label: 'Ton' } } }, list: ['c'], more: { x: 1 } },
};

test('a locale lies over the default one, but never renames the app', () => {
  expect(textsFor(translations, 'en', 'de')).toEqual({
    app: { name: 'Greeter', parameters: { tone: { label: 'Ton', help: 'How to greet' } } },
    list: ['c'],
    more: { x: 1 },
  });
  expect(textsFor(translations, 'de', 'en')).toHaveProperty('app.name', 'Grüßer');
});

test.each(['en', 'de-AT', 'toString', '__proto__'])('%s gives the default locale', (locale) => {
  expect(textsFor(translations, 'en', locale)).toEqual(translations.en);
});

test('no default locale, no texts', () => {
  expect(textsFor({}, 'en', 'en')).toEqual({});
  expect(textsFor({}, 'constructor', 'en')).toEqual({});
});

test('annotations go, whatever else stays', () => {
  const tree = {
    app: { package: 'p', name: { title: 'Name', value: 'Greeter' }, title: 'x', list: [{ title: 'a', value: 'b' }] },
    other: { title: 'a', value: 'b', more: 'c' },
  };
  expect(plainTexts(tree)).toEqual({
    app: { name: 'Greeter', title: 'x', list: ['b'] },
    other: { title: 'a', value: 'b', more: 'c' },
  });
});
