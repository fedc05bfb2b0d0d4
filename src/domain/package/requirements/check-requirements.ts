import { checkCustomObjectsV2 } from '../custom-objects-v2/check-custom-objects-v2.ts';
import type { Product } from '../definition.ts';
import { type JsonLimits, readJsonFile } from '../json/read-json-file.ts';
import { isObject } from '../json/values.ts';
import type { PackageView } from '../package-view.ts';
import { type ProblemList, reporter } from '../problem-list.ts';
import { checkCustomObjects } from './custom-objects.ts';
import { checkIdentities } from './identities.ts';
import { checkCustomObjectCount, checkRequirementCount } from './limits.ts';
import * as fields from './required-fields.ts';
import { requirementsPath } from './requirement-types.ts';
import type { RequirementsContext } from './requirements-context.ts';
import { checkTargets, checkTypeNames, checkTypeShapes } from './types.ts';

/** What decides whether a package must, may or must not have requirements. */
export interface RequirementDemands {
  requirementsOnly: boolean;
  marketingOnly: boolean;
  /** Of the manifest's locations. */
  products: readonly Product[];
}

const requirementRules = {
  syntaxKey: 'requirements_not_json',
  duplicate: { key: 'duplicate_requirements', data: (name: string) => ({ duplicate_keys: name, count: 1 }) },
};

/** In the order in which clients expect the errors. */
const checks: readonly ((context: RequirementsContext) => void)[] = [
  checkTypeNames,
  checkTypeShapes,
  checkRequirementCount,
  checkCustomObjectCount,
  fields.checkChannelIntegrations,
  fields.checkFieldKeys,
  checkCustomObjects,
  fields.checkWebhooks,
  checkTargets,
  checkCustomObjectsV2,
  fields.checkTitles,
];

/** Package rules of the reference validator 4.52. */
export const checkRequirements = (
  view: PackageView,
  demands: RequirementDemands,
  limits: JsonLimits,
  problems: ProblemList,
): void => {
  const file = view.find(requirementsPath);
  if (!file) {
    if (!demands.requirementsOnly) return;
    const message = 'manifest.json says "requirementsOnly", but the package has no requirements.json; add it.';
    problems.add({ key: 'missing_requirements', message });
    return;
  }
  const isChatOnly = demands.products.length === 1 && demands.products[0] === 'chat';
  if (demands.marketingOnly || isChatOnly) {
    const kind = demands.marketingOnly ? 'for marketing only' : 'for Chat only';
    const message = `requirements.json cannot be used in an app ${kind}; remove the file.`;
    problems.add({ key: 'requirements_not_supported', message, file: requirementsPath });
    return;
  }
  const read = readJsonFile(file, requirementRules, limits);
  if ('problem' in read) return problems.add(read.problem);
  const report = reporter(problems, read.document);
  const requirements = read.document.root.value;
  if (!isObject(requirements)) {
    const message = 'requirements.json must hold a JSON object; write { … }.';
    return report({ key: requirementRules.syntaxKey, message, data: { errors: 'not an object' } });
  }
  const before = problems.count;
  const context = { document: read.document, requirements, report };
  for (const check of checks) check(context);
  if (problems.count === before) checkIdentities(context);
};
