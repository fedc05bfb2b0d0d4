import { describe, expect, it } from 'vitest';
import { webhookAddress } from '../../src/domain/package/requirements/webhook-address.ts';
import { isStorable, isStorableJson } from '../../src/domain/storable-text.ts';

const webhook = { status: 'active', http_method: 'POST', request_format: 'json', endpoint: 'https://x.example/hook' };

describe('webhookAddress', () => {
  it('returns the endpoint of an active webhook that takes JSON by POST', () => {
    expect(webhookAddress(webhook)).toBe('https://x.example/hook');
    expect(webhookAddress({ ...webhook, http_method: 'post', status: 'Active' })).toBe('https://x.example/hook');
  });

  it.each([
    { status: 'inactive' },
    { http_method: 'GET' },
    { request_format: 'xml' },
    { endpoint: null },
    { status: null, http_method: null },
  ])('returns nothing for a webhook with %j', (members) => {
    expect(webhookAddress({ ...webhook, ...members })).toBeUndefined();
  });
});

describe('isStorableJson', () => {
  it.each(['plain', '\0', 'a\0b', '\ud800', '\udfff', '😀', '\\u0000', '\\\0', '\\\\u0000', '\\\\\0', '\\ud800', 'é'])(
    'judges the JSON of %j as isStorable judges the text',
    (text) => {
      for (const value of [text, [text], { [text]: 1 }, { a: [{ b: text }] }])
        expect(isStorableJson(JSON.stringify(value))).toBe(isStorable(text));
    },
  );

  it('takes no longer for backslashes', () => {
    const before = performance.now();
    expect(isStorableJson('\\\\'.repeat(500_000))).toBe(true);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
