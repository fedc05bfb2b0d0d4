import { expect, it } from 'vitest';
import type { AppType } from '../../../src/http/dialects/os1/attributes.ts';
import { redirectUrlOf } from '../../../src/http/dialects/os1/redirect-url.ts';

const place = { host: 'apps.example', organization: 'acme' };
const realm = 'apps.example/auth/realms/acme';

it.each<[string, { type: AppType; packageName?: string; listingId: string }, string | null]>([
  [
    'the package name of a mobile app',
    { type: 'MOBILE', packageName: 'com.example.vans', listingId: 'vans' },
    `com.example.vans://${realm}/android/com.example.vans/callback`,
  ],
  [
    'the listing id of a mobile app without a package name',
    { type: 'MOBILE', listingId: 'com.getos1.mobile-vans-trackers' },
    `com.getos1.mobile-vans-trackers://${realm}/android/com.getos1.mobile-vans-trackers/callback`,
  ],
  [
    'the package name of a web app',
    { type: 'WEB', packageName: '.com.example.test', listingId: 'vans' },
    `https://${realm}/web/.com.example.test/callback`,
  ],
  ['nothing for a web app without a package name', { type: 'WEB', listingId: 'vans' }, null],
  ['nothing for a back end', { type: 'BACKEND', packageName: 'com.example.vans', listingId: 'vans' }, null],
  ['nothing of a name that no address can begin with', { type: 'MOBILE', listingId: 'Vehicle Tracker' }, null],
])('makes the address that a login leads back to of %s', (_name, app, expected) => {
  expect(redirectUrlOf(app, place)).toBe(expected);
});
