import { expect, test } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import { readDefinition } from '../../../src/domain/package/read-definition.ts';
import { hostileBodies } from '../../support/hostile-values.ts';
import { goodManifest, packageFiles } from '../../support/package-files.ts';

const switches = { mtls: true, recordSidebar: true, marketplace: true };

const hidden = { name: 'ghost', type: 'hidden', required: true };
const manifest = {
  ...goodManifest,
  private: true,
  singleInstall: false,
  signedUrls: true,
  termsConditionsURL: 'https://example.org',
  domainWhitelist: ['example.org'],
  oauth: {
    client_id: 'a',
    client_secret: 'b',
    authorize_uri: 'https://example.org',
    access_token_uri: 'https://example.org',
  },
  parameters: [
    { name: 'key', type: 'text', required: true, secure: true, default: 'x', scopes: ['header'] },
    { name: 'twin', type: 'checkbox', secure: false },
    { name: 'cert', type: 'mtls', allowed_domain: 'example.org' },
  ],
  location: { support: { ticket_sidebar: { url: 'assets/page.html', flexible: true, size: { width: '1px' } } } },
};
const requirements = {
  macros: { one: { title: 'One', actions: [{ field: 'status', value: 'open' }] } },
  ticket_fields: { two: { type: 'text', title: 'Two' } },
  custom_objects: {
    custom_object_types: [{ key: 'car', schema: { properties: { id: { type: 'string' } }, required: ['id'] } }],
    custom_object_relationship_types: [{ key: 'owns', source: 'car', target: ['zen:user'] }],
  },
};
const translation = {
  app: { name: 'Tiny', short_description: 'x', parameters: { key: { label: 'Key', helpText: 'x' } } },
};

/** Hostile values in a manifest whose other members are good, and in one that breaks the rules around parameters. */
const manifests = [
  ...hostileBodies(manifest),
  ...hostileBodies({ ...goodManifest, parameters: [hidden, hidden, { ...hidden, secure: true }] }),
];

test.each([
  ['manifest.json', manifests],
  ['requirements.json', hostileBodies(requirements)],
  ['translations/en.json', hostileBodies(translation)],
])('a hostile value in any field of %s is accepted or reported', { timeout: 60_000 }, async (name, bodies) => {
  for (const { field, json, body } of bodies) {
    const files = packageFiles({ 'requirements.json': '{}', [name]: body });
    const outcome = await checkPackage(files, { switches, limits: defaultLimits }).then(
      ({ errors, files: checked }) => (errors.length === 0 ? void readDefinition(checked) : undefined),
      (err: unknown) => err,
    );
    expect(outcome, `${field} = ${json}`).toBeUndefined();
  }
});
