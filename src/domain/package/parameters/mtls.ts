import { isAbsent, isSet, show } from '../json/values.ts';
import type { Report } from '../problem-list.ts';
import { fieldName, type ManifestParameter } from './read-parameters.ts';

const maxParameters = 3;
const maxDomain = 253;
const label = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

const isDomain = (domain: string): boolean => {
  const labels = domain.replace(/^\*\./, '').replace(/\.$/, '').split('.');
  return labels.length >= 2 && labels.every((part) => label.test(part));
};

const domainFaults = (domain: string): [key: string, advice: string][] => {
  const faults: [string, string][] = [];
  if (domain.includes('://')) faults.push(['mtls_allowed_domain_contains_scheme', 'write the host only']);
  if (domain.length > maxDomain) faults.push(['mtls_allowed_domain_too_long', `at most ${maxDomain} characters`]);
  if (domain.includes('*') && !domain.startsWith('*.')) {
    faults.push(['mtls_allowed_domain_invalid_wildcard', 'a * may only stand as the first part, as in *.example.com']);
  }
  if (faults.length > 0 || isDomain(domain)) return faults;
  return [['mtls_allowed_domain_invalid_format', 'write a domain such as api.example.com or *.example.com']];
};

const checkDomain = (parameter: ManifestParameter, report: Report): void => {
  const domain = parameter.allowedDomain;
  const field = fieldName(parameter, 'allowed_domain');
  const path = [...parameter.path, 'allowed_domain'];
  const what = `"allowed_domain" of the parameter ${show(parameter.name)} in manifest.json`;
  if (isAbsent(domain) || domain === '') {
    const message = `${what} is missing; write the domain that the certificate is for.`;
    report({ key: 'field_cannot_be_empty', path, message, data: { field } });
  } else if (typeof domain !== 'string') {
    const message = `${what} is ${show(domain)}; write a string.`;
    report({ key: 'unacceptable_string', path, message, data: { field, value: domain } });
  } else {
    for (const [key, advice] of domainFaults(domain)) {
      report({ key, path, message: `${what} is ${show(domain)}; ${advice}.`, data: { field, value: domain } });
    }
  }
};

/** Parameters that hold a client certificate. Package rules of the reference validator 4.52. */
export const checkMtls = (parameters: readonly ManifestParameter[], report: Report): void => {
  const mtls = parameters.filter(({ type }) => type === 'mtls');
  const wrong = mtls.find(({ secure, hasDefault, scopes }) => isSet(secure) || hasDefault || !isAbsent(scopes));
  if (wrong) {
    const message = `The mtls parameter ${show(wrong.name)} in manifest.json may have no "secure", "default" or "scopes"; remove them.`;
    report({ key: 'mtls_parameter_cannot_have_certain_settings', path: wrong.path, message });
  }
  if (mtls.length > maxParameters) {
    const message = `manifest.json has ${mtls.length} parameters of type mtls; keep at most ${maxParameters}.`;
    report({ key: 'too_many_mtls_parameters', path: mtls[maxParameters]?.path ?? [], message });
  }
  for (const parameter of mtls) checkDomain(parameter, report);
};
