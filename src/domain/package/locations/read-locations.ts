import { type Product, productNames } from '../definition.ts';
import { type JsonDocument, type JsonPath, entriesAt } from '../json/json-document.ts';
import { has, isObject, isSet, jsonType, own, type JsonObject } from '../json/values.ts';
import { findLocation, type KnownLocation, productKeys } from './location-table.ts';

/** One location of a manifest, whichever of the accepted forms it was written in. */
export interface ManifestLocation {
  product: Product;
  name: string;
  known: KnownLocation | undefined;
  options: JsonObject;
  path: JsonPath;
}

export interface ManifestLocations {
  /** Products in the order of their codes, the locations of a product in the order of the file. */
  locations: ManifestLocation[];
  /** Products that `location` names, even without a location. */
  products: Product[];
  unknownHosts: string[];
  /** Products whose value is neither an object nor a list. */
  malformedHosts: { host: string; type: string }[];
}

/** What stands for the url of an app of framework 1. */
export const legacyUrl = '_legacy';

/** Whether the location is one of framework 1. */
export const isLegacy = ({ options }: ManifestLocation): boolean =>
  isSet(own(options, 'legacy')) || own(options, 'url') === legacyUrl;

/** True unless it is written otherwise; 0 and "" count as true. */
export const autoLoads = ({ options }: Pick<ManifestLocation, 'options'>): boolean =>
  !has(options, 'autoLoad') || isSet(own(options, 'autoLoad'));

const nameOf = (value: unknown): string => (typeof value === 'string' ? value : String(JSON.stringify(value)));

const legacyForm = (names: unknown[], inList: boolean): ManifestLocation[] =>
  names.map((value, index) => ({
    product: 'support',
    name: nameOf(value),
    known: findLocation('support', nameOf(value)),
    options: { url: legacyUrl },
    path: inList ? ['location', index] : ['location'],
  }));

/** A string is a url; what is neither that nor an object is no url at all, and reported as a blank one. */
const optionsOf = (value: unknown): JsonObject => (isObject(value) ? value : { url: value });

const ofProduct = (document: JsonDocument, product: Product, key: string): ManifestLocation[] => {
  const value = own(own(document.root.value, 'location'), key);
  const entries: [name: string, value: unknown, step: string | number][] = Array.isArray(value)
    ? value.map((name, index) => [nameOf(name), null, index])
    : entriesAt(document, ['location', key]).map(([name, options]) => [name, options, name]);
  return entries.map(([name, options, step]) => ({
    product,
    name,
    known: findLocation(product, name),
    options: optionsOf(options),
    path: ['location', key, step],
  }));
};

/** Takes any manifest; gives its locations in one form. Package rules of the reference validator 4.52. */
export const readLocations = (document: JsonDocument): ManifestLocations => {
  const value = own(document.root.value, 'location');
  const none = { products: [], unknownHosts: [], malformedHosts: [] };
  if (typeof value === 'string') return { ...none, locations: legacyForm([value], false) };
  if (Array.isArray(value)) return { ...none, locations: legacyForm(value, true) };
  if (!isObject(value)) return { ...none, locations: [] };

  const hosts = productNames.flatMap((product) => {
    const key = productKeys[product].find((name) => has(value, name));
    return key !== undefined && isSet(value[key]) ? [{ product, key }] : [];
  });
  const accepted = new Set(Object.values(productKeys).flat());
  return {
    locations: hosts.flatMap(({ product, key }) => ofProduct(document, product, key)),
    products: hosts.map(({ product }) => product),
    unknownHosts: entriesAt(document, ['location']).flatMap(([key]) => (accepted.has(key) ? [] : [key])),
    malformedHosts: hosts
      .filter(({ key }) => typeof value[key] !== 'object')
      .map(({ key }) => ({ host: key, type: jsonType(value[key]) })),
  };
};

/**
 * The products an app is for: those of its locations, in the order of their codes. An app without pages belongs to
 * support, unless it is for marketing only and names products in a `location` without locations.
 */
export const productsOf = (manifest: JsonObject, { locations, products }: ManifestLocations): Product[] => {
  if (isSet(own(manifest, 'requirementsOnly'))) return ['support'];
  const named = isSet(own(manifest, 'marketingOnly'))
    ? products
    : productNames.filter((product) => locations.some((location) => location.known?.product === product));
  return named.length > 0 ? named : ['support'];
};
