import { checkLocations } from '../locations/check-locations.ts';
import { checkObjectTypes } from '../locations/object-types.ts';
import { type ManifestLocations, readLocations } from '../locations/read-locations.ts';
import { isObject, isAbsent, isSet, own, show } from '../json/values.ts';
import type { JsonDocument } from '../json/json-document.ts';
import { type JsonLimits, readJsonFile } from '../json/read-json-file.ts';
import type { PackageView } from '../package-view.ts';
import { checkParameters } from '../parameters/check-parameters.ts';
import { type ProblemList, reporter } from '../problem-list.ts';
import type { PackageSwitches } from '../switches.ts';
import { checkDefaultLocale } from './default-locale.ts';
import * as fields from './field-types.ts';
import { checkFrameworkVersion } from './framework-version.ts';
import type { ManifestContext } from './manifest-context.ts';
import { describeMissingManifest } from './missing-manifest.ts';
import { checkNoTemplateBan, checkNoTemplateFormat } from './no-template.ts';
import { checkOauth } from './oauth.ts';
import { checkUrls } from './urls.ts';

export interface ReadManifest {
  document: JsonDocument;
  locations: ManifestLocations;
}

const path = 'manifest.json';

/** Gives the location that a list of locations names twice. */
const repeatedLocation = ({ root }: JsonDocument): { name: unknown; index: number } | undefined => {
  const names = own(root.value, 'location');
  if (!Array.isArray(names)) return undefined;
  const seen = new Set<unknown>();
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) return { name, index };
    seen.add(name);
  }
  return undefined;
};

const checkPlacement = (context: ManifestContext): void => {
  const { manifest, locations, switches, report } = context;
  if (!isSet(own(manifest, 'requirementsOnly')) && !isSet(own(manifest, 'marketingOnly'))) {
    checkLocations(context);
    if (switches.recordSidebar) checkObjectTypes(context);
    checkFrameworkVersion(context);
    return;
  }
  if (locations.locations.length > 0) {
    const message = 'manifest.json has a "location", but an app without pages of its own has none; remove it.';
    report({ key: 'no_location_required', path: ['location'], message });
  }
  if (!isAbsent(own(manifest, 'frameworkVersion'))) {
    const message = 'manifest.json has a "frameworkVersion", but an app without pages of its own has none; remove it.';
    report({ key: 'no_framework_version_required', path: ['frameworkVersion'], message });
  }
};

/** In the order in which clients expect the errors. */
const checks: readonly ((context: ManifestContext) => void)[] = [
  fields.checkRequiredKeys,
  fields.checkBooleans,
  fields.checkStrings,
  fields.checkAuthor,
  checkNoTemplateFormat,
  fields.checkExperiments,
  fields.checkDomainWhitelist,
  fields.checkParametersType,
  checkOauth,
  checkDefaultLocale,
  checkUrls,
  checkParameters,
  checkPlacement,
  checkNoTemplateBan,
];

/** Reads manifest.json; a file that cannot be read is one problem. Gives undefined then. */
const readManifest = (view: PackageView, limits: JsonLimits, problems: ProblemList): JsonDocument | undefined => {
  const file = view.find(path);
  if (!file) {
    problems.add(describeMissingManifest(view));
    return undefined;
  }
  const duplicate = { key: 'duplicate_manifest_keys', data: (name: string) => ({ errors: name }) };
  const read = readJsonFile(file, { syntaxKey: 'manifest_not_json', duplicate }, limits);
  if ('problem' in read) {
    problems.add(read.problem);
    return undefined;
  }
  const report = reporter(problems, read.document);
  if (!isObject(read.document.root.value)) {
    const message = 'manifest.json must hold a JSON object; write { … }.';
    report({ key: 'manifest_not_json', message, data: { errors: 'not an object' } });
    return undefined;
  }
  const repeated = repeatedLocation(read.document);
  if (repeated) {
    const message = `"location" in manifest.json names ${show(repeated.name)} twice; keep only one of them.`;
    report({ key: duplicate.key, path: ['location', repeated.index], message, data: { errors: show(repeated.name) } });
    return undefined;
  }
  return read.document;
};

/**
 * Checks manifest.json. Gives what later checks need, or undefined when the file cannot be read at all.
 * Package rules of the reference validator 4.52.
 */
export const checkManifest = (
  view: PackageView,
  options: { switches: PackageSwitches; limits: JsonLimits },
  problems: ProblemList,
): ReadManifest | undefined => {
  const document = readManifest(view, options.limits, problems);
  const manifest = document?.root.value;
  if (!document || !isObject(manifest)) return undefined;
  const locations = readLocations(document);
  const report = reporter(problems, document);
  const context = { document, manifest, locations, view, switches: options.switches, report };
  for (const check of checks) check(context);
  return { document, locations };
};
