import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import { inspectSvg } from '../../../src/domain/package/assets/svg/inspect-svg.ts';
import { rebuildSvg, svgBudget } from '../../../src/domain/package/assets/svg/rebuild-svg.ts';
import { knownLocations } from '../../../src/domain/package/locations/location-table.ts';
import { readDefinition } from '../../../src/domain/package/read-definition.ts';
import { requirementTypes } from '../../../src/domain/package/requirements/requirement-types.ts';
import { goodManifest, packageFiles } from '../../support/package-files.ts';

const json = fc.jsonValue({ maxDepth: 3 });

/** An object of known keys, each with a good value, any JSON, or nothing. */
const objectOf = (
  keys: readonly string[],
  value: fc.Arbitrary<unknown> = json,
): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(keys.map((key) => [key, fc.oneof(value, json)])), { requiredKeys: [] });

const options = objectOf(
  ['url', 'autoLoad', 'flexible', 'signed', 'objectTypes', 'size'],
  fc.constant('assets/page.html'),
);
const places = objectOf(
  knownLocations.slice(0, 9).map(({ name }) => name),
  options,
);
const parameter = objectOf(
  ['name', 'type', 'required', 'secure', 'default', 'scopes', 'allowed_domain'],
  fc.constantFrom('a', 'mtls', 'oauth'),
);
const manifest = fc.oneof(
  json,
  objectOf([
    'private',
    'requirementsOnly',
    'marketingOnly',
    'noTemplate',
    'experiments',
    'oauth',
    'author',
    'frameworkVersion',
  ]),
  objectOf(['location'], objectOf(['support', 'chat', 'zendesk', 'x'], places)).map((part) => ({
    ...goodManifest,
    ...part,
  })),
  fc.array(fc.oneof(parameter, json)).map((parameters) => ({ ...goodManifest, parameters })),
  fc.constant(goodManifest),
);
const item = objectOf(
  ['key', 'object_key', 'title', 'type', 'actions', 'conditions', 'schema', 'source', 'target'],
  fc.constantFrom('a', 'b'),
);
const lists = objectOf(['objects', 'object_fields', 'object_triggers', 'custom_object_types'], fc.array(item));
const requirements = fc.oneof(json, objectOf(requirementTypes, fc.oneof(fc.dictionary(fc.string(), item), lists)));
const texts = objectOf(
  ['name', 'package', 'parameters', 'support', 'description'],
  objectOf(['title', 'value', 'label']),
);
const translation = fc.oneof(json, objectOf(['app'], texts));

const switches = { mtls: true, recordSidebar: true, marketplace: true };

test('whatever JSON a package holds, it is checked, and read when it is good', { timeout: 60_000 }, async () => {
  const property = fc.asyncProperty(manifest, requirements, translation, async (a, b, c) => {
    const files = packageFiles({
      'manifest.json': JSON.stringify(a),
      'requirements.json': JSON.stringify(b),
      'translations/en.json': JSON.stringify(c),
    });
    const report = await checkPackage(files, { switches, limits: defaultLimits });
    for (const { key, message } of report.errors) {
      expect(key).not.toBe('');
      expect(message).toMatch(/^.{10,}[.)…]$/u);
    }
    if (report.errors.length === 0) readDefinition(report.files);
  });
  await fc.assert(property, { numRuns: 400 });
});

const markup = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<svg',
        '<g ',
        '<svg:g',
        '>',
        '/>',
        '</g>',
        '</svg>',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<!DOCTYPE [',
        ']',
      ),
      fc.constantFrom(
        '<?x',
        '?>',
        ' a="',
        "'",
        '"',
        '=',
        '&#0;',
        '&lt;',
        '&#xD800;',
        '<script>',
        '</script>',
        '<',
        ':',
        'style="',
      ),
      fc.string({ maxLength: 5, unit: 'binary' }),
    ),
  )
  .map((parts) => parts.join(''));

test('whatever a drawing looks like, what is stored is one well-formed drawing', { timeout: 60_000 }, async () => {
  const property = fc.asyncProperty(markup, async (svg) => {
    inspectSvg(svg);
    expect(rebuildSvg(`<svg>${svg}`, svgBudget())).toBeDefined();
    const files = packageFiles({ 'assets/a.svg': Buffer.from(`<svg>${svg}`) });
    const report = await checkPackage(files, { switches, limits: defaultLimits });
    expect(report.errors).toEqual([]);
    expect(Buffer.from(report.files.at(-1)?.bytes ?? []).toString()).toMatch(/^<svg [^>]*(?:\/>|>[^]*<\/svg>)$/);
  });
  await fc.assert(property, { numRuns: 200 });
});
