import type { Product } from '../definition.ts';
import { has, isObject, list, own, type JsonObject } from '../json/values.ts';
import { isProduct, productTitle } from '../locations/location-table.ts';
import type { Report } from '../problem-list.ts';

/** Checked whatever the default locale is: it is what the vendor's reviewers read. */
export const requiredTextsFile = 'translations/en.json';

/** What an app's texts depend on. */
export interface TextDemands {
  products: readonly Product[];
  /** A private app needs a name only. */
  isPrivate: boolean;
}

const textsOfPublicApp = ['name', 'short_description', 'installation_instructions', 'long_description'];

const missingIn = (texts: unknown, { isPrivate }: TextDemands): string[] => {
  const present = isObject(texts) ? texts : {};
  const required = isPrivate ? ['name'] : textsOfPublicApp;
  return required.filter((key) => !has(present, key) && !(key === 'short_description' && has(present, 'description')));
};

const checkProductForm = (app: JsonObject, named: readonly string[], demands: TextDemands, report: Report): void => {
  const { products } = demands;
  const foreign = named.filter((name) => !products.some((product) => product === name));
  if (foreign[0] !== undefined) {
    report({
      key: 'translation.products_do_not_match_manifest_products',
      path: ['app', foreign[0]],
      message: `${requiredTextsFile} has texts for ${list(foreign.map(productTitle))}, but manifest.json has no location there; remove them.`,
      data: {
        file: requiredTextsFile,
        translation_products: named.map(productTitle).join(', '),
        manifest_products: products.map(productTitle).join(', '),
      },
    });
  }
  for (const product of named) {
    const missing = missingIn(app[product], demands);
    if (missing.length === 0) continue;
    report({
      key: 'translation.missing_required_key_for_product',
      path: ['app', product],
      message: `${requiredTextsFile} has no ${list(missing)} in "app" -> "${product}"; add it.`,
      data: { file: requiredTextsFile, product: productTitle(product), missing_key: missing.join(', ') },
    });
    return;
  }
};

/** The texts that translations/en.json must have. Package rules of the reference validator 4.52. */
export const checkRequiredTexts = (tree: JsonObject, demands: TextDemands, report: Report): void => {
  const app = own(tree, 'app');
  const named = isObject(app) ? Object.keys(app).filter(isProduct) : [];
  if (isObject(app) && named.length > 0) return checkProductForm(app, named, demands, report);
  const missing = missingIn(app, demands);
  if (missing.length === 0) return;
  report({
    key: 'translation.missing_required_key',
    path: ['app'],
    message: `${requiredTextsFile} has no ${list(missing)} in "app"; add it.`,
    data: { file: requiredTextsFile, missing_key: missing.join(', ') },
  });
};
