import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { expect } from 'vitest';
import { adminPassword, emails } from './accounts.ts';
import { createIdentify, type Identify } from '../../src/use-cases/identify.ts';
import { createHarness, type Harness } from './harness.ts';

/** What the vendor's command-line tool has built in. */
export const clientId = 'zdg-zcli-oauth';
const PORTS = [19_186, 19_187, 19_188];
export const REDIRECT_URI = `http://localhost:${PORTS[0]}/`;

/** A system that forgets at once whom it has seen: every request is looked up, so that an end shows without a wait. */
export const createForgetfulHarness = async (): Promise<Harness> => {
  let identify: Identify | undefined;
  const harness = await createHarness('postgres', { deps: { identify: (...sent) => identify!(...sent) } });
  identify = createIdentify(harness.deps, 1);
  return harness;
};

/** What a client keeps to itself while its user is asked. */
export interface Attempt {
  state: string;
  verifier: string;
  /** Of the page that asks. */
  query: Record<string, string>;
}

export const newAttempt = (overrides: Record<string, string> = {}): Attempt => {
  const state = randomBytes(16).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const query = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    scope: 'read write',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...overrides,
  };
  return { state, verifier, query };
};

export const pageOf = (query: Record<string, string>): string =>
  `/oauth/authorizations/new?${new URLSearchParams(query)}`;

type Api = Pick<Harness, 'request'>;

export const login = { email: emails.admin, password: adminPassword };

/** Sends the form as a browser does, and follows nowhere. */
export const sendForm = (api: Api, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  api.request('/oauth/authorizations', {
    as: null,
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
    headers,
  });

/** The parameters that a redirect takes to the client. */
export const sentBack = (response: Response, redirectUri = REDIRECT_URI): Record<string, string> => {
  const location = response.headers.get('location') ?? '';
  expect([response.status, location.slice(0, redirectUri.length + 1)]).toEqual([303, `${redirectUri}?`]);
  return Object.fromEntries(new URL(location).searchParams);
};

/** From the page to the code. */
export const codeFor = async (api: Api, attempt: Attempt, who: Record<string, string> = login): Promise<string> => {
  const { code, state } = sentBack(
    await sendForm(api, { ...attempt.query, ...who, decision: 'allow' }),
    attempt.query['redirect_uri'],
  );
  expect(state).toBe(attempt.state);
  return code!;
};

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
  scope: string;
}

export const askTokens = (api: Api, json: unknown): Promise<Response> =>
  api.request('/oauth/tokens', { as: null, method: 'POST', json });

export const codeBody = (code: string, { query, verifier }: Attempt): Record<string, unknown> => ({
  grant_type: 'authorization_code',
  code,
  client_id: clientId,
  code_verifier: verifier,
  redirect_uri: query['redirect_uri'],
});

export const refreshBody = (refreshToken: string): Record<string, unknown> => ({
  grant_type: 'refresh_token',
  refresh_token: refreshToken,
  client_id: clientId,
});

export const tokensOf = async (response: Response): Promise<Tokens> => {
  const text = await response.text();
  expect(`${response.status} ${response.status === 200 ? '' : text}`).toBe('200 ');
  return JSON.parse(text) as Tokens;
};

/** The whole way, for tests of what comes after it. */
export const logIn = async (
  api: Api,
  { who = login, scope = 'read write' }: { who?: Record<string, string>; scope?: string } = {},
): Promise<Tokens> => {
  const attempt = newAttempt({ scope });
  return tokensOf(await askTokens(api, codeBody(await codeFor(api, attempt, who), attempt)));
};

/** An error as RFC 6749 5.2 has it; its description may hold no other characters. */
export const tokenRefusal = async (response: Response, status = 400): Promise<{ error: string; text: string }> => {
  const text = await response.text();
  expect(`${response.status} ${response.status === status ? '' : text}`).toBe(`${status} `);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const body = JSON.parse(text) as Record<string, string>;
  expect(Object.keys(body)).toEqual(['error', 'error_description']);
  expect(body['error_description']).toMatch(/^[ !#-[\]-~]{10,}$/);
  return { error: body['error']!, text: body['error_description']! };
};

export interface Listener {
  redirectUri: string;
  /** The parameters with which the browser comes first. */
  arrived: Promise<Record<string, string>>;
  close(): Promise<void>;
}

/** What waits for the browser on the user's machine, on the first port that is free. */
export const startListener = async (): Promise<Listener> => {
  let arrive: (parameters: Record<string, string>) => void;
  const arrived = new Promise<Record<string, string>>((resolve) => (arrive = resolve));
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://localhost');
    res.setHeader('content-type', 'text/html').end('<link rel="icon" href="data:,"><title>Done</title>Done.');
    if (url.pathname === '/' && url.search !== '') arrive(Object.fromEntries(url.searchParams));
  });
  for (const port of PORTS) {
    const taken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(true));
      // As the tool does: on every address, because `localhost` may be either of two.
      server.listen(port, () => resolve(false));
    });
    if (taken) continue;
    return {
      redirectUri: `http://localhost:${port}/`,
      arrived,
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    };
  }
  throw new Error(`The ports ${PORTS.join(', ')} are all taken.`);
};
