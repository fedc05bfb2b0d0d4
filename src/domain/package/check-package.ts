import { checkBanner } from './assets/banner.ts';
import { checkEncodings } from './assets/encoding.ts';
import { checkMimeTypes } from './assets/mime.ts';
import { cleanSvgs } from './assets/svg/clean-svgs.ts';
import type { JsonLimits } from './json/read-json-file.ts';
import { isObject, isSet, own } from './json/values.ts';
import { productsOf } from './locations/read-locations.ts';
import { checkManifest, type ReadManifest } from './manifest/check-manifest.ts';
import { checkMarketplace } from './marketplace.ts';
import type { PackageFile } from './package-file.ts';
import { type PackageView, viewPackage } from './package-view.ts';
import type { PackageProblem } from './problem.ts';
import { createProblemList, type ProblemList } from './problem-list.ts';
import { checkRequirements } from './requirements/check-requirements.ts';
import { checkSource } from './source.ts';
import type { PackageSwitches } from './switches.ts';
import { checkTranslations } from './translations/check-translations.ts';
import { warnAboutRequests } from './warnings/requests.ts';
import { warnAboutSecrets } from './warnings/secrets.ts';
import { warnAboutSettings } from './warnings/secure-settings.ts';

export interface PackageReport {
  /** In the order of the rules. A package with an error is refused. */
  errors: PackageProblem[];
  warnings: PackageProblem[];
  /** What to store: the files given, with drawings cleaned. */
  files: PackageFile[];
}

export interface CheckPackageOptions {
  switches: PackageSwitches;
  limits: JsonLimits;
}

interface ProblemLists {
  errors: ProblemList;
  warnings: ProblemList;
}

/** What is looked at only when the manifest is right, because it says what the rest must be like. */
const checkContent = (
  view: PackageView,
  { document, locations }: ReadManifest,
  { switches, limits }: CheckPackageOptions,
  { errors, warnings }: ProblemLists,
): void => {
  const manifest = isObject(document.root.value) ? document.root.value : {};
  const requirementsOnly = isSet(own(manifest, 'requirementsOnly'));
  const marketingOnly = isSet(own(manifest, 'marketingOnly'));
  const products = productsOf(manifest, locations);
  if (switches.marketplace) checkMarketplace(document, errors);
  if (requirementsOnly || marketingOnly) checkSource(view, errors);
  checkTranslations(view, { products, isPrivate: own(manifest, 'private') !== false }, limits, errors);
  checkRequirements(view, { requirementsOnly, marketingOnly, products }, limits, errors);
  warnAboutSettings(document, manifest, warnings);
  warnAboutRequests(view, warnings);
};

/**
 * Says everything that is wrong with a package, and gives the files to store.
 * Takes regular files with safe paths (the archive's inspection sees to that); changes none of them.
 * Package rules of the reference validator 4.52, in its order; where this project is stricter: `stricter-rules.ts`.
 */
export const checkPackage = async (files: PackageFile[], options: CheckPackageOptions): Promise<PackageReport> => {
  const view = viewPackage(files);
  const errors = createProblemList();
  const warnings = createProblemList();
  const manifest = checkManifest(view, options, errors);
  if (manifest && errors.count === 0) checkContent(view, manifest, options, { errors, warnings });
  checkBanner(view, errors);
  const cleaned = await cleanSvgs(files, view, { errors, warnings });
  await checkMimeTypes(view, errors);
  checkEncodings(view, errors);
  warnAboutSecrets(view, warnings);
  return { errors: errors.all(), warnings: warnings.all(), files: cleaned };
};
