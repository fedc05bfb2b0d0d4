import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';

/** What reads `PUBLIC_URL` for something else than a link in an answer, and what for. */
const others: Record<string, string> = {
  'base-url.ts': 'the one place that makes the base of links',
  'auth.ts': 'the domain below which accounts have their hosts',
  'cross-site.ts': 'the scheme and port that browsers see, to compare with an Origin',
  'oauth/authorizations.ts': 'the domain below which accounts have their hosts',
  'dialects/zendesk/notify.ts': 'issuer, subject and audience of signed notifications, the same for everyone',
  'dialects/os1/list-apps.ts': 'redirect addresses, which are registered elsewhere and so the same for everyone',
  'dialects/os1/apps.ts': 'redirect addresses, which are registered elsewhere and so the same for everyone',
  'dialects/os1/versions.ts': 'redirect addresses, which are registered elsewhere and so the same for everyone',
  'dialects/xurrent/discovery.ts': 'the host of accounts that have none of their own',
  'dialects/xurrent/addresses.ts': 'issuers and node ids, which identify an account',
};

it('links in answers are made from the base URL of the request, never from PUBLIC_URL itself', () => {
  const root = path.join(projectRoot, 'src/http');
  const readers = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && /\bpublicUrl\b/.test(readFileSync(path.join(root, file), 'utf8')))
    .map((file) => file.split(path.sep).join('/'));
  expect(readers.toSorted()).toEqual(Object.keys(others).toSorted());
});
