import type { AppDefinition } from './definition.ts';
import { isObject, own } from './json/values.ts';
import { textsFor } from './translations/texts-for.ts';

/** What a form shows beside the field of a parameter. The package format asks for neither. */
export interface ParameterText {
  label: string | null;
  help: string | null;
}

type Translated = Pick<AppDefinition, 'translations' | 'defaultLocale' | 'products'>;

/**
 * The texts of parameters, by name: from `app.parameters` of the translations or, where a package has its texts by
 * product, from the first product that has some.
 */
export const parameterTexts = (
  { translations, defaultLocale, products }: Translated,
  locale: string = defaultLocale,
): ((name: string) => ParameterText) => {
  const app = own(textsFor(translations, defaultLocale, locale), 'app');
  const owners = [app, ...products.map((product) => own(app, product))];
  const parameters = owners.map((owner) => own(owner, 'parameters')).find(isObject);
  return (name) => {
    const texts = own(parameters, name);
    return { label: asText(own(texts, 'label')), help: asText(own(texts, 'helpText')) };
  };
};

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
