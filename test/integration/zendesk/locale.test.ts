import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';

interface Texts {
  id: number;
  name: string;
  short_description: string;
  long_description: string;
  raw_long_description: string;
  raw_installation_instructions: string;
}

/** fetch sends a header of its own, so each request says what it accepts: this is what it would have said. */
const ANYTHING = '*';

/** In which language an app is shown. */
describe('texts by locale', () => {
  let harness: Harness;
  let app: number;
  let other: number;
  const translation = (name: string, short: string, more: object = {}): string =>
    JSON.stringify({ app: { name, short_description: short, long_description: `*${short}*`, ...more } });
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
    app = await buildApp(
      harness,
      buildArchive({
        files: {
          'translations/en.json': translation('Greeter', 'English', { installation_instructions: 'Click' }),
          'translations/de.json': translation('Grüßer', 'Deutsch'),
          'translations/pt-BR.json': translation('Saudação', 'Português'),
        },
      }),
    );
    other = await buildApp(
      harness,
      buildArchive({
        manifest: { defaultLocale: 'fr' },
        files: { 'translations/fr.json': translation('Salut', 'Français'), 'translations/en.json': undefined },
      }),
    );
  });
  afterAll(() => harness.close());

  const ask = (query: string, accepted = ANYTHING, route = `/api/v2/apps/${app}.json`): Promise<Response> =>
    harness.request(route + query, { headers: { 'accept-language': accepted } });
  const shortOf = async (query: string, accepted?: string): Promise<string> =>
    (await read<Texts>(await ask(query, accepted), 200)).short_description;

  it.each([
    ['', ANYTHING, 'English'],
    ['?locale=de', ANYTHING, 'Deutsch'],
    ['?locale=DE', ANYTHING, 'Deutsch'],
    ['?locale=de-AT', ANYTHING, 'Deutsch'],
    ['?locale=pt', ANYTHING, 'Português'],
    ['?locale=pt-br', ANYTHING, 'Português'],
    ['?locale=en-US-x-1', ANYTHING, 'English'],
    ['?locale=ja', ANYTHING, 'English'],
    ['?locale=ja', 'de', 'English'],
    ['?locale=de', 'pt-BR', 'Deutsch'],
    ['', 'de', 'Deutsch'],
    ['', 'de-CH, fr;q=0.9', 'Deutsch'],
    ['', 'fr, pt;q=0.5, de;q=0.7', 'Deutsch'],
    ['', 'de;q=0, pt', 'Português'],
    ['', 'ja, *;q=0.5, de;q=0.1', 'English'],
    ['', 'ja', 'English'],
    ['', '../../de', 'English'],
    ['', 'de;q=x;;,,,=', 'English'],
    ['', 'x'.repeat(8_000), 'English'],
  ])('for %j and "Accept-Language: %s" are %s', async (query, accepted, text) => {
    expect(await shortOf(query, accepted)).toBe(text);
  });

  it('are translated but for the name, and as far as the package goes', async () => {
    const shown = await read<Texts>(await ask('?locale=de'), 200);
    expect(shown).toMatchObject({
      name: 'Tiny',
      short_description: 'Deutsch',
      raw_long_description: '*Deutsch*',
      long_description: '<p><em>Deutsch</em></p>\n',
      raw_installation_instructions: 'Click',
    });
  });

  it('come with their language and with what they depend on', async () => {
    for (const [query, language] of [
      ['', 'en'],
      ['?locale=de-AT', 'de'],
      ['?locale=pt', 'pt-BR'],
    ] as const) {
      const { headers } = await ask(query);
      expect(headers.get('content-language')).toBe(language);
      expect(headers.get('vary')).toBe('Accept-Language');
    }
  });

  it.each(['/api/v2/apps.json', '/api/v2/apps/owned.json'])('are chosen for each app of %s', async (route) => {
    const response = await ask('?locale=de', ANYTHING, route);
    expect(response.headers.get('content-language')).toBe('de, fr');
    expect(response.headers.get('vary')).toBe('Accept-Language');
    const { apps } = await read<{ apps: Texts[] }>(response, 200);
    const shorts = new Map(apps.map(({ id, short_description: short }) => [id, short]));
    expect(shorts.get(app)).toBe('Deutsch');
    expect(shorts.get(other)).toBe('Français');
  });

  it.each([
    '../../x',
    '',
    'de_DE',
    'd',
    'de-',
    '-de',
    'de%00',
    '%F0%9F%98%80',
    'de,en',
    'x'.repeat(10_000),
    `de${'-a'.repeat(20)}`,
    'de&locale=en',
  ])('are refused for ?locale=%s', async (locale) => {
    for (const route of [`/api/v2/apps/${app}`, '/api/v2/apps', '/api/v2/apps/owned']) {
      const { description, details } = await refusal(await ask(`?locale=${locale}`, ANYTHING, route), 422);
      expect(description).toMatch(/^locale: must /);
      expect(description.length).toBeLessThan(200);
      expect(Object.keys(details!)).toEqual(['locale']);
    }
  });

  it('are what was asked for with the build in every language', async () => {
    const id = await buildApp(
      harness,
      buildArchive({ files: { 'translations/de.json': translation('x', 'Deutsch') } }),
      { short_description: 'As asked' },
    );
    const shown = await read<Texts>(await ask('?locale=de', ANYTHING, `/api/v2/apps/${id}`), 200);
    expect(shown).toMatchObject({ short_description: 'As asked', raw_long_description: '*Deutsch*' });
  });

  it('have not once been at a loss', () => {
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });
});
