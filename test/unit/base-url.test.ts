import type { Request } from 'express';
import { describe, expect, it } from 'vitest';
import { createBaseUrl } from '../../src/http/base-url.ts';

const asked = (host: string | undefined): Request => ({ get: () => host }) as unknown as Request;

describe('the base URL of links', () => {
  it.each([
    ['https://apps.example.com', 'apps.example.com', 'https://apps.example.com'],
    ['https://apps.example.com', 'acme.apps.example.com', 'https://acme.apps.example.com'],
    ['https://apps.example.com:8443', 'ACME.apps.example.com:8443', 'https://acme.apps.example.com:8443'],
    ['https://apps.example.com:8443', 'acme.apps.example.com:1', 'https://acme.apps.example.com:8443'],
    ['https://apps.example.com/base', 'acme.apps.example.com', 'https://acme.apps.example.com/base'],
    ['http://localhost:3000', 'acme.localhost:3000', 'http://acme.localhost:3000'],
    ['http://localhost:3000', '127.0.0.1:3000', 'http://localhost:3000'],
    ['https://apps.example.com', 'evil.example.com', 'https://apps.example.com'],
    ['https://apps.example.com', 'evil-apps.example.com', 'https://apps.example.com'],
    ['https://apps.example.com', 'a.b.apps.example.com', 'https://apps.example.com'],
    ['https://apps.example.com', 'evil.example/x.apps.example.com', 'https://apps.example.com'],
    ['https://apps.example.com', 'user@evil.apps.example.com', 'https://apps.example.com'],
    ['https://apps.example.com', undefined, 'https://apps.example.com'],
  ])('below %s, asked at %s, is %s', (publicUrl, host, base) => {
    expect(createBaseUrl({ publicUrl })(asked(host))).toBe(base);
  });
});
