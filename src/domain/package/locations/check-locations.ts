import { productNames } from '../definition.ts';
import { isAbsent, list, own, show } from '../json/values.ts';
import type { ManifestContext } from '../manifest/manifest-context.ts';
import { frameworkAge } from '../manifest/framework-version.ts';
import { productKeys, productTitle, recordSidebar } from './location-table.ts';
import { checkLocationUrl } from './location-url.ts';
import { autoLoads, isLegacy, type ManifestLocation } from './read-locations.ts';

const checkAddress = ({ view, report }: ManifestContext, location: ManifestLocation): void => {
  const url = own(location.options, 'url');
  const path = [...location.path, 'url'];
  const where = `The location ${show(location.name)} in manifest.json`;
  if (typeof url === 'string' && url !== '') {
    const fault = checkLocationUrl(url, view);
    if (!fault) return;
    report({
      key: fault.key,
      path,
      message: `${where} has the url ${show(url)}: ${fault.advice}.`,
      data: { uri: url },
    });
  } else if (autoLoads(location) && location.known) {
    report({
      key: 'blank_location_uri',
      path,
      message: `${where} has no url; give it "url", the address of the page to show.`,
      data: { location: location.name },
    });
  }
};

const checkFlexible = ({ report }: ManifestContext, location: ManifestLocation): void => {
  const flexible = own(location.options, 'flexible');
  if (isAbsent(flexible) || typeof flexible === 'boolean') return;
  report({
    key: 'invalid_location_flexible_type',
    path: [...location.path, 'flexible'],
    message: `"flexible" of the location ${show(location.name)} in manifest.json is ${show(flexible)}; write true or false.`,
    data: { flexible },
  });
};

const checkNames = ({ locations, switches, report }: ManifestContext): void => {
  for (const product of productNames) {
    const unknown = locations.locations.filter(
      (location) =>
        location.product === product &&
        (!location.known || (location.name === recordSidebar && !switches.recordSidebar)),
    );
    if (unknown.length === 0) continue;
    const names = unknown.map(({ name }) => name);
    report({
      key: 'invalid_location',
      path: unknown[0]?.path ?? [],
      message: `manifest.json uses ${list(names)}, which is no location of ${productTitle(product)}; correct or remove it.`,
      data: { invalid_locations: names.join(', '), host_name: productTitle(product), count: names.length },
    });
  }
};

const checkHosts = ({ locations, report }: ManifestContext): void => {
  for (const { host, type } of locations.malformedHosts) {
    report({
      key: 'unacceptable_hash',
      path: ['location', host],
      message: `"location" of manifest.json has a ${type} for ${show(host)}; write an object of locations.`,
      data: { field: `location.${host}`, value: type },
    });
  }
  for (const host of locations.unknownHosts) {
    report({
      key: 'invalid_host',
      path: ['location', host],
      message: `"location" of manifest.json names ${show(host)}, which is no product; use one of ${list(Object.keys(productKeys))}.`,
      data: { host_name: host },
    });
  }
};

/** What stands in the way between the framework's version and the kind of locations. */
const checkFramework = ({ manifest, locations, report }: ManifestContext): void => {
  const age = frameworkAge(own(manifest, 'frameworkVersion'));
  const v2Only = locations.locations.filter(({ known }) => known?.v2Only).map(({ name }) => name);
  if (age === 'old' && v2Only.length > 0) {
    report({
      key: 'invalid_v1_location',
      path: ['frameworkVersion'],
      message: `manifest.json uses ${list(v2Only)}, which needs "frameworkVersion": "2.0"; change the version.`,
      data: { invalid_locations: v2Only.join(', '), count: v2Only.length },
    });
  }
  if (age === 'current' && locations.locations.some(isLegacy)) {
    report({
      key: 'locations_must_be_urls',
      path: ['location'],
      message:
        '"location" in manifest.json is in the form of framework 1; give each location a "url" of an iframe page.',
    });
  } else if ((age === 'old' || age === 'missing') && locations.locations.some((location) => !isLegacy(location))) {
    report({
      key: 'locations_cant_be_urls',
      path: ['location'],
      message: '"location" in manifest.json has urls, which need framework 2; write "frameworkVersion": "2.0".',
    });
  }
};

/** The checks of `location`, of an app that needs one. Package rules of the reference validator 4.52. */
export const checkLocations = (context: ManifestContext): void => {
  const { locations, report } = context;
  if (locations.locations.length === 0 && locations.malformedHosts.length === 0) {
    report({
      key: 'manifest_keys.missing',
      path: ['location'],
      message: 'manifest.json has no location; say in "location" where the app is shown.',
      data: { missing_keys: 'location', count: 1 },
    });
  }
  for (const location of locations.locations) {
    checkAddress(context, location);
    checkFlexible(context, location);
  }
  checkNames(context);
  checkHosts(context);
  checkFramework(context);
};
