import type { NewCatalogueVersion } from '../../../db/catalogue.ts';
import { parse } from '../../parse.ts';
import { definitionBody, type Definition } from './definition.ts';
import { checkSize, checkSteps } from './definition-size.ts';
import { hideSecrets } from './hide-secrets.ts';
import { checkLooseJson } from './loose-json.ts';
import { isAppName, namespaced, plainName } from './names.ts';
import { namespaceDefinition, type RenamedMember } from './namespace-definition.ts';
import { requirementsOf } from './requirements.ts';
import { statedRoles } from './stated-roles.ts';
import { ruleError } from './rule-error.ts';
import { parametersOf } from './settings.ts';

/** What a definition comes to: everything that is registered. */
export interface ReadDefinition {
  /** As it is kept and shown. */
  definition: Definition;
  version: NewCatalogueVersion;
  /** Names that were written differently. */
  changes: RenamedMember[];
}

/**
 * Reads a definition as somebody sent it, checked as a whole.
 *
 * @throws InvalidRequestError, AppError `bad_request`
 */
export const readDefinition = (body: unknown, organisationId: string): ReadDefinition => {
  const sent = parse(definitionBody, body);
  if (!isAppName(sent.app, organisationId))
    throw ruleError('app', 'must have 1 to 128 letters, digits and underscores, and nothing else');
  checkLooseJson(sent);
  const app = { plain: plainName(sent.app, organisationId), namespaced: namespaced(sent.app, organisationId) };
  checkSteps(sent.workflows);
  const { definition, changes } = namespaceDefinition({ ...sent, visibility: 'private' }, app);
  checkSize(definition);
  const kept = hideSecrets(definition);
  const version = {
    version: definition.version,
    externalId: null,
    state: null,
    attributes: { definition: kept, roles: statedRoles(sent) },
    parameters: parametersOf(definition.settings),
    requirements: requirementsOf(definition),
  };
  return { definition: kept, version, changes };
};
