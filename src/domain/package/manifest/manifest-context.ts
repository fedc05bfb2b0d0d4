import type { JsonDocument } from '../json/json-document.ts';
import type { JsonObject } from '../json/values.ts';
import type { ManifestLocations } from '../locations/read-locations.ts';
import type { PackageView } from '../package-view.ts';
import type { Report } from '../problem-list.ts';
import type { PackageSwitches } from '../switches.ts';

/** What every check of the manifest works on. */
export interface ManifestContext {
  document: JsonDocument;
  manifest: JsonObject;
  locations: ManifestLocations;
  view: PackageView;
  switches: PackageSwitches;
  report: Report;
}
