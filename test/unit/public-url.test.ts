import { describe, expect, it } from 'vitest';
import { isAbsoluteUrl, withoutUrlSecrets, withoutUserinfo } from '../../src/domain/public-url.ts';

describe('withoutUserinfo', () => {
  it.each([
    ['https://user:word@host.example/a?b=c#d', 'https://host.example/a?b=c#d'],
    ['https://user@host.example', 'https://host.example'],
    ['https://us@er:wo@rd@{account}.host.example/@a', 'https://{account}.host.example/@a'],
    ['HTTPS:user:word@host.example/', 'HTTPS:host.example/'],
    ['https:\\\\user:word@host.example/', 'https:\\\\host.example/'],
    ['//user:word@host.example/', '//host.example/'],
    ['ssh://git:word@host.example/repository', 'ssh://host.example/repository'],
    [' ht\ttps://user:wo\nrd@host.example/', 'https://host.example/'],
  ])('removes user and password of %j', (url, expected) => {
    expect(withoutUserinfo(url)).toBe(expected);
  });

  it.each([
    'https://host.example/@user?mail=a@b.example#@',
    '/path/a@b',
    'a@b.example',
    'mailto:a@b.example',
    'some text, with a@b.example\nin its second line',
    '',
  ])('returns %j unchanged', (text) => {
    expect(withoutUserinfo(text)).toBe(text);
  });

  it('leaves no user or password that a URL parser finds', () => {
    for (const scheme of ['https:', 'http:', 'ws:', 'ftp:', 'foo:'])
      for (const slashes of ['', '/', '//', '///', '\\\\', '/\\'])
        for (const userinfo of ['u@', 'u:p@', ':p@', 'u:@p@', 'u:p%40@']) {
          const url = `${scheme}${slashes}${userinfo}host.example/path`;
          if (!URL.canParse(url)) continue;
          const { username, password } = new URL(withoutUserinfo(url));
          expect([url, username, password]).toEqual([url, '', '']);
        }
  });
});

it('withoutUrlSecrets leaves scheme, host and path', () => {
  expect(withoutUrlSecrets('https://u:p@{account}.example/hook?token=a#b')).toBe('https://{account}.example/hook');
  expect(withoutUrlSecrets('https://host.example/hook#token')).toBe('https://host.example/hook');
});

it('isAbsoluteUrl tells URLs with a host from other texts', () => {
  for (const url of ['https://a', '//a', ' postgres://a']) expect(isAbsoluteUrl(url)).toBe(true);
  for (const text of ['/a', 'a?b', 'mailto:a@b', 'What? A text']) expect(isAbsoluteUrl(text)).toBe(false);
});
