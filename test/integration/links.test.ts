import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, createApp, install, read } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { environmentOf, inEnvironment, newApp } from '../support/kontent.ts';
import { buildArchive } from '../support/packages.ts';
import { sendRaw } from '../support/raw-http.ts';
import { addOffering } from '../support/xurrent.ts';

/** One more than a page has. */
const CUSTOM_APPS = 51;

describe('absolute addresses in answers', () => {
  let harness: Harness;
  let routes: Record<string, string>;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
    const app = await buildApp(harness, buildArchive());
    const installation = await install(harness, app);
    const job = await createApp(harness, buildArchive());
    const environment = await environmentOf(harness);
    const kontent = inEnvironment(harness, environment);
    for (let i = 0; i < CUSTOM_APPS; i++)
      await read(await kontent('POST', '/custom-apps', { json: newApp({ codename: `app_${i}` }) }), 201);
    for (const reference of ['acme_one', 'acme_two']) await addOffering(harness, { reference });
    routes = {
      'the root': '/',
      'a list of apps': '/api/v2/apps.json',
      'an app': `/api/sell/apps/${app}.json`,
      'a list of installations with their apps': '/api/support/apps/installations.json?include=app',
      'an installation with its app': `/api/sell/apps/installations/${installation.id}.json?include=app`,
      'a job': `/api/v2/apps/job_statuses/${job}.json`,
      'a job that is not found': '/api/v2/apps/job_statuses/undefined.json',
      'a list of jobs': '/api/v2/apps/job_statuses.json?page[size]=1',
      'the audit log': '/api/v2/audit_logs.json?page[size]=1',
      'a page of custom apps': `/v2/projects/${environment}/custom-apps`,
      'a page of app offerings': '/v1/app_offerings?per_page=1',
    };
  });
  afterAll(() => harness.close());

  const ask = async (route: string, host: string) => {
    const headers = { host, authorization: `Bearer ${harness.tokens.admin}` };
    const { status, headers: sent, body } = await sendRaw(harness.origin, { path: route, headers });
    expect([route, status]).toEqual([route, 200]);
    const text = `${String(sent['link'])} ${String(sent['location'])} ${body.toString()}`;
    const origins = text.match(/https?:\/\/[^/"\s>]+/g) ?? [];
    // What the package says of its author and the like is no address of ours.
    return new Set(origins.filter((origin) => /localhost|evil|127\.0\.0\.1/.test(origin)));
  };

  const port = () => new URL(harness.origin).port;

  it.each<[string, () => string, () => string]>([
    ['its own account host', () => `acme.localhost:${port()}`, () => `http://acme.localhost:${port()}`],
    ['its own account host in capitals', () => `ACME.LocalHost:${port()}`, () => `http://acme.localhost:${port()}`],
    ['its own account host with another port', () => 'acme.localhost:1', () => `http://acme.localhost:${port()}`],
    ['the host of PUBLIC_URL', () => `localhost:${port()}`, () => `http://localhost:${port()}`],
    ['an address', () => `127.0.0.1:${port()}`, () => `http://localhost:${port()}`],
    ['the name of another service', () => 'evil.example', () => `http://localhost:${port()}`],
    ['a name that only ends like its own', () => `evillocalhost:${port()}`, () => `http://localhost:${port()}`],
  ])('name the host that was asked only if it is one of the own names: %s', async (_name, hostOf, originOf) => {
    for (const [name, route] of Object.entries(routes))
      expect([name, ...(await ask(route, hostOf()))]).toEqual([name, originOf()]);
  });
});
