import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import type { FileContent } from '../../support/package-files.ts';
import { manifestWith, packageFiles } from '../../support/package-files.ts';

const MiB = 1024 * 1024;
const repeat = (part: string, length: number) => part.repeat(Math.ceil(length / part.length)).slice(0, length);

/** Each would take hours if any check were quadratic in it. The limit is generous: the machine may be busy. */
describe('nothing takes long', { timeout: 60_000 }, () => {
  const svg = (inside: string) => ({ 'assets/a.svg': `<svg>${inside}` });
  const fill = MiB;
  test.each<[string, Record<string, FileContent>]>([
    ['blanks in a script', { 'a.js': repeat(' ', 4 * MiB) }],
    [
      'beginnings of secrets',
      { 'a.js': repeat('token: heroku aws_secret_access_key: client_secret: password ', 4 * MiB) },
    ],
    ['runs that are one too short', { 'a.js': repeat(`permanent_cookie_secret ${'a'.repeat(119)}-`, 4 * MiB) }],
    ['hyphens of tokens', { 'a.js': repeat('xoxb-----', 4 * MiB) }],
    ['addresses', { 'a.js': repeat('http:%http:', 4 * MiB) }],
    ['one long address', { 'a.js': `http:${'a'.repeat(16 * MiB)}` }],
    ['an address of addresses', { 'a.html': repeat('http:', 16 * MiB) }],
    ['braces', { 'requirements.json': { custom_objects_v2: { objects: [{ key: repeat('{{ setting.', 500_000) }] } } }],
    ['a long url', { 'manifest.json': manifestWith({ location: { support: { modal: repeat('a:@%', 500_000) } } }) }],
    ['open brackets', { 'manifest.json': '['.repeat(MiB) }],
    [
      'many parameters',
      {
        'manifest.json': manifestWith({
          parameters: Array.from({ length: 30_000 }, (_, i) => ({ name: `k${i}`, secure: 5 })),
        }),
      },
    ],
    [
      'many requirements',
      { 'requirements.json': { webhooks: Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [i, {}])) } },
    ],
    ['open tags', svg(repeat('<g>', fill))],
    ['lower-than signs', svg(repeat('<', fill))],
    ['open comments', svg(repeat('<!-- ', fill))],
    ['open declarations', svg(repeat('<!x>', fill))],
    ['open lists of declarations', svg(repeat('<!DOCTYPE [', fill))],
    ['blanks in a tag', svg(`<g${repeat(' ', fill)}"`)],
    ['names without values', svg(`<g ${repeat('a b c ', fill)}`)],
    ['open quotes', svg(`<g ${repeat(`a="x' `, fill)}`)],
    ['a long style', svg(`<g style="${repeat('a(', fill)}"/>`)],
    ['elements that are taken out', svg('<blink/>'.repeat(99_000))],
    ['animations', svg('<animate/>'.repeat(49_000))],
    ['attributes that are taken out', svg('<g onclick="a"/>'.repeat(49_000))],
    ['ids that are taken out', svg('<g id="title"/>'.repeat(49_000))],
    ['styles that are taken out', svg('<g style="a:\\a;"/>'.repeat(49_000))],
    ['blanks in an address', svg(`<g fill="url(${repeat(' ', MiB)}#"/>`)],
  ])('%s', async (_, files) => {
    const options = { switches: { mtls: true, recordSidebar: true, marketplace: true }, limits: defaultLimits };
    const { errors, warnings } = await checkPackage(packageFiles(files), options);
    expect(errors.length + warnings.length).toBeLessThanOrEqual(400);
  });
});
