import {
  type AppDefinition,
  type AppLocation,
  type ParameterDefinition,
  type ParameterKind,
  parameterKinds,
  type RequirementDefinition,
} from './definition.ts';
import { type JsonFileRules, maxDepthOfAll, readJsonFile } from './json/read-json-file.ts';
import type { JsonDocument } from './json/json-document.ts';
import { isObject, isSet, type JsonObject, own } from './json/values.ts';
import { autoLoads, type ManifestLocation, productsOf, readLocations } from './locations/read-locations.ts';
import type { PackageFile } from './package-file.ts';
import { type PackageView, viewPackage } from './package-view.ts';
import { type ManifestParameter, parameterName, readParameters } from './parameters/read-parameters.ts';
import { flattenRequirements } from './requirements/flatten-requirements.ts';
import { requirementsPath } from './requirements/requirement-types.ts';
import { listTranslationFiles } from './translations/list-translation-files.ts';
import { shownTexts } from './translations/shown-texts.ts';
import { plainTexts } from './translations/texts-for.ts';

/** Sizes were checked with the limits in force then; here only the depth guards the stack. */
const limits = { maxJsonBytes: Number.POSITIVE_INFINITY, maxJsonDepth: maxDepthOfAll };

const rules: JsonFileRules = {
  syntaxKey: 'not_json',
  values: {
    max: Number.POSITIVE_INFINITY,
    tooMany: { key: 'json_file_too_large', message: 'It has too many values.' },
  },
};

const readDocument = (file: PackageFile): JsonDocument => {
  const read = readJsonFile(file, rules, limits);
  if ('problem' in read) throw new Error(`readDefinition was called for a faulty package: ${read.problem.message}`);
  return read.document;
};

const text = (object: unknown, key: string): string | null => {
  const value = own(object, key);
  return typeof value === 'string' ? value : null;
};

const toLocation = ({ product, name, options }: ManifestLocation, signedUrls: boolean): AppLocation => {
  const objectTypes = own(options, 'objectTypes');
  return {
    product,
    name,
    url: text(options, 'url') ?? '',
    autoLoad: autoLoads({ options }),
    autoHide: isSet(own(options, 'autoHide')),
    flexible: own(options, 'flexible') === true,
    signed: own(options, 'signed') === undefined ? signedUrls : isSet(own(options, 'signed')),
    size: own(options, 'size') ?? null,
    ...(Array.isArray(objectTypes) ? { objectTypes: objectTypes.filter((type) => typeof type === 'string') } : {}),
  };
};

const isKind = (type: unknown): type is ParameterKind => parameterKinds.some((kind) => kind === type);

const toParameter = (parameter: ManifestParameter): ParameterDefinition => {
  const { type, required, secure, defaultValue, scopes, allowedDomain } = parameter;
  const isScalar =
    typeof defaultValue === 'string' || typeof defaultValue === 'number' || typeof defaultValue === 'boolean';
  return {
    name: parameterName(parameter),
    kind: isKind(type) ? type : 'text',
    required: isSet(required),
    secure: isSet(secure),
    defaultValue: isScalar ? defaultValue : null,
    ...(Array.isArray(scopes) ? { scopes: scopes.filter((scope) => typeof scope === 'string') } : {}),
    ...(typeof allowedDomain === 'string' && type === 'mtls' ? { allowedDomain } : {}),
  };
};

const readRequirements = (view: PackageView): RequirementDefinition[] => {
  const file = view.find(requirementsPath);
  if (!file) return [];
  return flattenRequirements(readDocument(file)).flatMap(({ type, identifier, payload }) =>
    identifier === undefined ? [] : [{ type, identifier, payload }],
  );
};

const readTranslations = (view: PackageView): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    listTranslationFiles(view).map(({ file, locale }) => {
      const tree = readDocument(file).root.value;
      return [locale, isObject(tree) ? shownTexts(plainTexts(tree)) : {}];
    }),
  );

const readOauth = (manifest: JsonObject): AppDefinition['oauth'] => {
  const oauth = own(manifest, 'oauth');
  if (!isObject(oauth)) return null;
  return {
    clientId: text(oauth, 'client_id') ?? '',
    authorizeUri: text(oauth, 'authorize_uri') ?? '',
    accessTokenUri: text(oauth, 'access_token_uri') ?? '',
    scope: text(oauth, 'scope'),
  };
};

const picture = /^assets\/(logo|logo-small|screenshot-\d+)\.png$/;

/** `screenshot-10` comes after `screenshot-9`: the shorter name first. */
const listPictures = (files: PackageFile[]): string[] =>
  files
    .map(({ path }) => path)
    .filter((path) => picture.test(path))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));

/**
 * Reads what a package says. Only for a package in which `checkPackage` found no errors.
 * @throws Error when the package is broken after all; that is a bug of the caller.
 */
export const readDefinition = (files: PackageFile[]): AppDefinition => {
  const view = viewPackage(files);
  const manifestFile = view.find('manifest.json');
  if (!manifestFile) throw new Error('readDefinition was called for a package without manifest.json');
  const document = readDocument(manifestFile);
  const manifest = isObject(document.root.value) ? document.root.value : {};
  const flag = (key: string): boolean => isSet(own(manifest, key));
  const author = own(manifest, 'author');
  const locations = readLocations(document);
  const whitelist = own(manifest, 'domainWhitelist');
  const requirements = readRequirements(view);
  return {
    name: text(manifest, 'name'),
    version: text(manifest, 'version'),
    author: { name: text(author, 'name'), email: text(author, 'email'), url: text(author, 'url') },
    defaultLocale: text(manifest, 'defaultLocale') ?? 'en',
    frameworkVersion: text(manifest, 'frameworkVersion'),
    private: own(manifest, 'private') !== false,
    requirementsOnly: flag('requirementsOnly'),
    marketingOnly: flag('marketingOnly'),
    singleInstall: flag('singleInstall'),
    signedUrls: flag('signedUrls'),
    termsUrl: text(manifest, 'termsConditionsURL'),
    remoteInstallationUrl: text(manifest, 'remoteInstallationURL'),
    domainWhitelist: Array.isArray(whitelist) ? whitelist.filter((host) => typeof host === 'string') : [],
    products: productsOf(manifest, locations),
    locations: locations.locations.flatMap((location) =>
      location.known ? [toLocation(location, flag('signedUrls'))] : [],
    ),
    parameters: readParameters(manifest).map(toParameter),
    requirements,
    pictures: listPictures(files),
    requiresCustomObjects: requirements.some(({ type }) => type.startsWith('custom_object')),
    translations: readTranslations(view),
    oauth: readOauth(manifest),
  };
};
