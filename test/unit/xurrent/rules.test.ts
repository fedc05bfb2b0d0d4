import { describe, expect, it } from 'vitest';
import { accountUrl, policyUrl, recordsUrl } from '../../../src/http/dialects/xurrent/addresses.ts';
import { nodeIdOf, readId } from '../../../src/http/dialects/xurrent/node-id.ts';
import { defaultReference } from '../../../src/http/dialects/xurrent/offering-reference.ts';
import { audienceOf, ownPath } from '../../../src/http/dialects/xurrent/paths.ts';

describe('a path', () => {
  it.each([
    ['/v1', '/'],
    ['/v1/', '/'],
    ['/v1/app_offerings', '/app_offerings'],
    ['/v1/app_offerings/', '/app_offerings'],
    ['/app_offerings.json', '/app_offerings'],
    ['/v1/app_offerings/12.json/', '/app_offerings/12'],
    ['//v1//app_offerings//12', '/app_offerings/12'],
    ['/v1/nothing', '/nothing'],
    ['/v1/appsx', '/appsx'],
    ['/webhook_policies/1/.well-known/jwks.json', '/webhook_policies/1/.well-known/jwks'],
  ])('%s is known as %s', (path, own) => {
    expect(ownPath(path)).toBe(own);
  });

  it.each([
    '/',
    '/v1/apps',
    '/v1/apps/',
    '/v1/apps/install',
    '/v2/app_offerings',
    '/app_offeringsx',
    '/v11',
    '/api/v2/apps',
  ])('%s is left to others', (path) => {
    expect(ownPath(path)).toBeUndefined();
  });

  it('tells who is answered there', () => {
    expect(['/', '/app_offerings', '/webhook_policies/1'].map(audienceOf)).toEqual(['users', 'users', 'users']);
    expect(audienceOf('/webhook_policies/1/.well-known/jwks')).toBe('everybody');
    expect(['/nothing', '/sites', '//app_offerings'].map(audienceOf)).toEqual(['nobody', 'nobody', 'nobody']);
  });
});

describe('a node id', () => {
  it("is made as the vendor's is", () => {
    expect(nodeIdOf('4me-qa.mos.ru', 'AppOffering', 4)).toBe(btoa('4me-qa.mos.ru/AppOffering/4').replace(/=+$/, ''));
    expect(readId('AppOffering', nodeIdOf('x.example', 'AppOffering', 12))).toBe(12);
    expect(readId('AppOffering', nodeIdOf('before.example', 'AppOffering', 12))).toBe(12);
    expect(readId('AppOffering', '12')).toBe(12);
  });

  it.each([
    '0',
    '-1',
    '01',
    '1.5',
    '',
    'abc',
    '9'.repeat(16),
    btoa('x/AppOffering/0'),
    btoa('x/AppOffering/1a'),
    btoa('AppOffering'),
    '__proto__',
  ])('is not %s', (text) => {
    expect(readId('AppOffering', text)).toBeUndefined();
  });

  it('is not that of a thing of another type', () => {
    expect(readId('AppInstance', nodeIdOf('x.example', 'AppOffering', 12))).toBeUndefined();
  });
});

describe('the usual reference', () => {
  it.each([
    ['wdc', 'Log Note Dispatcher', 'wdc_log_note_dispatcher'],
    ['wdc', 'a  b\tc', 'wdc_a__b_c'],
    ['wdc', 'ÄÖ-1', 'wdc_äö-1'],
    ['a'.repeat(63), 'B'.repeat(128), `${'a'.repeat(63)}_${'b'.repeat(97)}`],
    ['wdc', '😀'.repeat(160), `wdc_${'😀'.repeat(157)}`],
  ])('of the account %s and the name %s is %s', (account, name, reference) => {
    expect(defaultReference(account, name)).toBe(reference);
  });
});

describe('an address', () => {
  const at = (publicUrl: string) => ({ config: { publicUrl } }) as Parameters<typeof accountUrl>[0];

  it('of an account is a subdomain where there can be one', () => {
    const deps = at('https://apps.example.com');
    expect(accountUrl(deps, 'wdc')).toBe('https://wdc.apps.example.com');
    expect(recordsUrl(deps, 'wdc')).toBe('https://wdc.apps.example.com');
    expect(policyUrl(deps, 'wdc', 7)).toBe('https://wdc.apps.example.com/webhook_policies/7');
  });

  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
    'below %s is a path',
    (publicUrl) => {
      expect(accountUrl(at(publicUrl), 'wdc')).toBe(`${publicUrl}/accounts/wdc`);
      expect(policyUrl(at(publicUrl), 'wdc', 7)).toBe(`${publicUrl}/webhook_policies/7`);
    },
  );
});
