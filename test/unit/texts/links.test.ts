import { beforeAll, describe, expect, it } from 'vitest';
import { isAllowedLink } from '../../../src/domain/texts/allowed-link.ts';
import { loadSanitizer } from '../../../src/domain/texts/html-sanitizer.ts';
import { renderLimits } from '../../../src/domain/texts/render-limits.ts';
import { renderTexts } from '../../../src/domain/texts/render-texts.ts';

const allowed = [
  'https://example.com/a?b=c#d',
  'HTTP://example.com',
  'mailto:someone@example.com',
  '//example.com/a',
  '/a/b',
  'a/b.html',
  '#part',
  '?query',
  './javascript:alert(1)',
  'a%20javascript:alert(1)',
];

const script = 'alert(1)';
const refused = [
  `javascript:${script}`,
  `JaVaScRiPt:${script}`,
  `java\tscript:${script}`,
  `java\nscript:${script}`,
  `java\r\nscript:${script}`,
  `\tjavascript:${script}`,
  ` javascript:${script}`,
  `\u0000javascript:${script}`,
  `\u0001\u001fjavascript:${script}`,
  `javascript\t:${script}`,
  `vbscript:${script}`,
  `livescript:${script}`,
  'data:text/html,<b>x</b>',
  'data:text/html;base64,PGI+eDwvYj4=',
  'data:image/svg+xml,<svg/>',
  'data:image/png;base64,iVBORw0KGgo=',
  'DATA:image/gif;base64,R0lGODlh',
  'ftp://example.com/a',
  'ftps://example.com/a',
  'sftp://example.com/a',
  'blob:https://example.com/1b2c',
  'filesystem:https://example.com/temporary/a',
  'intent://scan/#Intent;scheme=zxing;end',
  'intent:#Intent;action=x;end',
  'file:///etc/passwd',
  'about:blank',
  'view-source:https://example.com',
  'jar:https://example.com!/a',
  'ws://example.com',
  'wss://example.com',
  'tel:+1234',
  'sms:+1234',
  'callto:someone',
  'skype:someone',
  'slack://open',
  'ms-msdt:/id',
  'ms-word:ofe|u|https://example.com',
  'search-ms:query=x',
  'chrome://settings',
  'chrome-extension://abc/a',
  'moz-extension://abc/a',
  'resource://a',
  'urn:a:b',
  'magnet:?xt=urn:btih:a',
  'x:y',
  'http://',
  'https://[::1',
];

describe('isAllowedLink', () => {
  it.each(allowed)('allows %j', (address) => {
    expect(isAllowedLink(address)).toBe(true);
  });

  it.each(refused)('refuses %j', (address) => {
    expect(isAllowedLink(address)).toBe(false);
  });
});

// Loading it takes seconds on a machine that has other work to do.
beforeAll(async () => {
  await loadSanitizer();
}, 60_000);

/** Every address in a rendered text that a browser would follow or load. */
const addressesIn = (html: string): string[] =>
  [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address!.replaceAll('&amp;', '&'));

/** All in one text: the sanitizer takes 20 ms for each. */
const render = async (texts: string[]): Promise<string> => {
  const text = texts.join('\n\n');
  const limits = { ...renderLimits, maxCharacters: text.length, textMs: 20_000, allMs: 40_000 };
  const [rendered] = await renderTexts([text], limits);
  return rendered!.html!;
};

/** Each way in which Markdown has an address. `n` is another number for each. */
const forms: Record<string, (address: string, n: number) => string> = {
  link: (address) => `[x](${address})`,
  'link in brackets': (address) => `[x](<${address}>)`,
  'link with a title': (address) => `[x](<${address}> "title")`,
  image: (address) => `![x](<${address}>)`,
  'image in a link': (address) => `[![x](<${address}>)](<${address}>)`,
  reference: (address, n) => `[x${n}]\n\n[x${n}]: <${address}>`,
  'image by reference': (address, n) => `![x][y${n}]\n\n[y${n}]: ${address}`,
  autolink: (address) => `<${address}>`,
  'link in a table': (address) => `|a|\n|-|\n|[x](<${address}>)|`,
};

/** How an address may be written so that a filter reads another one. */
const disguises: ((address: string) => string)[] = [
  (address) => address,
  (address) => address.toUpperCase(),
  (address) => address.replaceAll(/[a-z:]/gi, (c) => `&#${c.codePointAt(0)};`),
  (address) => address.replaceAll(/[a-z:]/gi, (c) => `&#x${c.codePointAt(0)!.toString(16)};`),
  (address) => address.replace(':', '&colon;'),
  (address) => address.replace(':', '&Tab;:'),
  (address) => address.replace(':', '&#10;:'),
  (address) => address.replace(':', '\\:'),
  (address) => `&#1;${address}`,
  (address) => address.replace(':', '%3A'),
];

describe('a rendered text', () => {
  it.each(Object.entries(forms))(
    'has no address that is refused, as %s',
    async (_name, form) => {
      const written = refused.flatMap((address) => disguises.map((disguise) => disguise(address)));
      const html = await render(written.map(form));
      // What is left of them are paths on the page's own site.
      const left = addressesIn(html).filter((found) => new URL(found, 'https://page.test').protocol !== 'https:');
      expect(left).toEqual([]);
      // Nothing is an element or an attribute but what Markdown has.
      const tags = new Set(html.match(/<[^>]*>/g)?.map((tag) => tag.replaceAll(/="[^"]*"/g, '=""')));
      for (const tag of tags)
        expect(tag).toMatch(/^<(\/?(p|a|br|table|thead|tbody|tr|th|td)|a href=""( title="")?|img src="" alt="")>$/);
    },
    60_000,
  );

  it.each(['https://example.com/a', 'http://example.com/', 'mailto:someone@example.com'])(
    'has the address %s, in each form',
    async (address) => {
      for (const form of Object.values(forms)) expect(addressesIn(await render([form(address, 1)]))).toContain(address);
    },
  );
});
