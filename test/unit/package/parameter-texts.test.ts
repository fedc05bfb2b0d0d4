import { describe, expect, it } from 'vitest';
import { parameterTexts } from '../../../src/domain/package/parameter-texts.ts';

const texts = (label: unknown, helpText?: unknown) => ({ parameters: { key: { label, helpText } } });

describe('the texts of parameters', () => {
  const of = (translations: Record<string, Record<string, unknown>>, locale?: string) =>
    parameterTexts({ translations, defaultLocale: 'en', products: ['support', 'sell'] }, locale);

  it('are those of the locale, and of the default one where it has none', () => {
    const translations = { en: { app: texts('Key', 'What it opens') }, de: { app: texts('Schlüssel') } };
    expect(of(translations)('key')).toEqual({ label: 'Key', help: 'What it opens' });
    expect(of(translations, 'de')('key').label).toBe('Schlüssel');
    expect(
      of({ en: { app: texts('Key', 'What') }, de: { app: { parameters: { key: { label: 'S' } } } } }, 'de')('key'),
    ).toEqual({ label: 'S', help: 'What' });
  });

  it('may stand under a product', () => {
    expect(of({ en: { app: { support: { name: 'x' }, sell: texts('Of sell') } } })('key').label).toBe('Of sell');
  });

  it.each([
    ['no texts at all', {}],
    ['none for the parameter', { app: { parameters: {} } }],
    ['something else', { app: { parameters: ['key'] } }],
    ['labels that are none', { app: texts(5, ['x']) }],
  ])('are missing where there are %s', (_name, en) => {
    expect(of({ en })('key')).toEqual({ label: null, help: null });
  });

  it('are never something that all objects have', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(of({ en: { app: texts('Key') } })(name)).toEqual({ label: null, help: null });
  });
});
