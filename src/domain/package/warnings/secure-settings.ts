import { isSet, type JsonObject, list, show } from '../json/values.ts';
import type { JsonDocument } from '../json/json-document.ts';
import { parameterName, readParameters } from '../parameters/read-parameters.ts';
import { type ProblemList, reporter } from '../problem-list.ts';

const secretName = /token|key|pwd|password/i;

/** At most one warning of each kind. Package rules of the reference validator 4.52. */
export const warnAboutSettings = (document: JsonDocument, manifest: JsonObject, warnings: ProblemList): void => {
  const report = reporter(warnings, document);
  const parameters = readParameters(manifest);
  const open = parameters.find(
    (parameter) => parameter.type === 'text' && !isSet(parameter.secure) && secretName.test(parameterName(parameter)),
  );
  if (open) {
    report({
      key: 'warning.parameter_should_be_secure',
      path: open.path,
      message: `The parameter ${show(open.name)} in manifest.json sounds like a secret; add "secure": true if it is one.`,
      data: { name: open.name },
    });
  }
  const preset = parameters.find(({ hasDefault, secure, type }) => hasDefault && (isSet(secure) || type === 'hidden'));
  if (preset) {
    report({
      key: 'warning.secret_with_default',
      path: [...preset.path, 'default'],
      message: `The parameter ${show(preset.name)} in manifest.json is secure or hidden, but its default is readable by all; remove "default".`,
      data: { name: preset.name },
    });
  }
  const unscoped = parameters.filter(({ secure, scopes }) => isSet(secure) && !isSet(scopes));
  if (unscoped[0]) {
    const names = unscoped.map(parameterName);
    report({
      key: 'warning.secure_parameter_without_scopes',
      path: unscoped[0].path,
      message: `The secure parameters ${list(names)} in manifest.json have no "scopes"; say where their values may be put.`,
      data: { names: names.join(', ') },
    });
  }
};
