import { beforeAll, describe, expect, it } from 'vitest';
import { loadSanitizer } from '../../../src/domain/texts/html-sanitizer.ts';
import { plainTextAsHtml } from '../../../src/domain/texts/plain-text.ts';
import { renderLimits, type RenderLimits } from '../../../src/domain/texts/render-limits.ts';
import { renderTexts } from '../../../src/domain/texts/render-texts.ts';
import { runLimited } from '../../../src/domain/texts/run-limited.ts';
import { textDigest } from '../../../src/domain/texts/text-digest.ts';
import { slowTexts } from '../../support/slow-texts.ts';

// Loading it takes seconds on a machine that has other work to do.
beforeAll(async () => {
  await loadSanitizer();
}, 60_000);

const render = async (text: string, limits: Partial<RenderLimits> = {}): Promise<string | null> => {
  const [rendered] = await renderTexts([text], { ...renderLimits, ...limits });
  return rendered!.html;
};

describe('renderTexts', () => {
  it.each([
    ['# Hello', '<h1>Hello</h1>\n'],
    ['one\ntwo', '<p>one<br>\ntwo</p>\n'],
    ['<b>bold</b> & "more"', '<p>&lt;b&gt;bold&lt;/b&gt; &amp; &quot;more&quot;</p>\n'],
    ['[x](https://example.com "title")', '<p><a href="https://example.com" title="title">x</a></p>\n'],
    ['![x](https://example.com/a.png)', '<p><img src="https://example.com/a.png" alt="x"></p>\n'],
    ['3. a\n4. b', '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'],
    ['```js\na < b\n```', '<pre><code class="language-js">a &lt; b\n</code></pre>\n'],
    [
      '|a|b|\n|:-|-:|\n|1|2|',
      '<table>\n<thead>\n<tr>\n<th style="text-align:left">a</th>\n<th style="text-align:right">b</th>\n</tr>\n</thead>\n' +
        '<tbody>\n<tr>\n<td style="text-align:left">1</td>\n<td style="text-align:right">2</td>\n</tr>\n</tbody>\n</table>\n',
    ],
  ])('renders %j', async (text, html) => {
    expect(await render(text)).toBe(html);
  });

  it('gives each text its digest and its HTML, in their order', async () => {
    expect(await renderTexts(['*a*', '**b**'], renderLimits)).toEqual([
      { digest: textDigest('*a*'), html: '<p><em>a</em></p>\n' },
      { digest: textDigest('**b**'), html: '<p><strong>b</strong></p>\n' },
    ]);
    expect(textDigest('*a*')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives no HTML for a text that is too long', async () => {
    expect(await render('a'.repeat(renderLimits.maxCharacters))).toBe(`<p>${'a'.repeat(20_000)}</p>\n`);
    expect(await render('a'.repeat(renderLimits.maxCharacters + 1))).toBeNull();
  });

  it('gives no HTML where it is many times as long as its text', async () => {
    // 15 MB from 19 kB.
    expect(await render(`[a]: http://${'x'.repeat(9_000)}\n\n${'[a]'.repeat(3_300)}`)).toBeNull();
    expect(await render(`${'a|'.repeat(100)}\n${'-|'.repeat(100)}\n${'|\n'.repeat(9_700)}`)).toBeNull();
    // The texts after it are rendered.
    const [, after] = await renderTexts([`${'>'.repeat(50)}a\n\n`.repeat(300), '*b*'], renderLimits);
    expect(after!.html).toBe('<p><em>b</em></p>\n');
  });

  it('gives no HTML beyond what the texts of an app may have together', async () => {
    const rendered = await renderTexts(['a', 'b', 'c', 'd'], { ...renderLimits, maxHtmlCharacters: 20 });
    expect(rendered.map(({ html }) => html)).toEqual(['<p>a</p>\n', '<p>b</p>\n', null, null]);
  });

  it.each(Object.entries(slowTexts))('bounds the HTML of %s', async (_name, text) => {
    const html = await render(text);
    const { maxGrowth, spareCharacters } = renderLimits;
    expect(html?.length ?? 0).toBeLessThanOrEqual(maxGrowth * text.length + spareCharacters);
  });

  it('interrupts a text that takes too long, and renders those after it', async () => {
    // Alone they would take minutes.
    const slow = '![[]('.repeat(100_000);
    const limits = { ...renderLimits, maxCharacters: slow.length, textMs: 1_500 };
    const rendered = await renderTexts([slow, '*a*', slow, '*b*'], limits);
    expect(rendered.map(({ html }) => html)).toEqual([null, '<p><em>a</em></p>\n', null, '<p><em>b</em></p>\n']);
  }, 20_000);

  it('gives no HTML once the time for all texts is used up', async () => {
    const slow = '![[]('.repeat(100_000);
    const limits = { ...renderLimits, maxCharacters: slow.length, textMs: 300, allMs: 300 };
    const rendered = await renderTexts([slow, 'a', 'b'], limits);
    expect(rendered.map(({ html }) => html)).toEqual([null, null, null]);
  });
});

describe('runLimited', () => {
  it('gives what the work returns, and lets through what it throws', () => {
    expect(runLimited(1_000, () => 5)).toEqual({ result: 5 });
    expect(() =>
      runLimited(1_000, () => {
        throw new RangeError('mine');
      }),
    ).toThrow(RangeError);
  });

  it('interrupts a loop and a regular expression', () => {
    expect(
      runLimited(50, () => {
        for (;;);
      }),
    ).toBeUndefined();
    expect(runLimited(50, () => /^(a+)+$/.test(`${'a'.repeat(50)}b`))).toBeUndefined();
  });
});

describe('the sanitizer, for HTML that a parser with a fault would let pass', () => {
  it.each([
    ['<p>a<script>alert(1)</script></p>', '<p>a</p>'],
    ['<p onclick="alert(1)">a</p>', '<p>a</p>'],
    ['<img src="x" onerror="alert(1)" alt="a">', '<img src="x" alt="a">'],
    ['<a href="javascript:alert(1)">a</a>', '<a>a</a>'],
    ['<a href="&#106;avascript:alert(1)">a</a>', '<a>a</a>'],
    ['<a href="ftp://example.com">a</a>', '<a>a</a>'],
    ['<a href="intent://a">a</a>', '<a>a</a>'],
    ['<img src="data:image/png;base64,aaaa">', '<img>'],
    ['<img src="blob:https://example.com/a">', '<img>'],
    [
      '<a href="https://example.com" target="_blank" id="x" class="y" data-a="b" aria-label="c">a</a>',
      '<a href="https://example.com">a</a>',
    ],
    ['<p style="position:fixed">a</p>', '<p>a</p>'],
    ['<td>a</td>', 'a'],
    ['<svg><script>alert(1)</script></svg><math><mtext><style>a</style></mtext></math>', ''],
    ['<iframe src="https://example.com"></iframe><form action="/"><input name="a"></form>', ''],
    ['<base href="https://example.com"><link rel="stylesheet" href="a"><meta http-equiv="refresh" content="0">', ''],
    ['<style>p { color: red }</style><p>a</p>', '<p>a</p>'],
    ['<!-- a --><p>a</p>', '<p>a</p>'],
  ])('cleans %s', async (html, clean) => {
    const sanitize = await loadSanitizer();
    expect(sanitize(html)).toEqual(clean);
  });

  it('finds no elements in an attribute of an element that it removes', async () => {
    const sanitize = await loadSanitizer();
    const html = '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></p></noscript>';
    expect(sanitize(html)).not.toMatch(/<[^>]*onerror=[^"]*>/);
  });

  it('leaves the HTML of Markdown as it is, also after its window was renewed', async () => {
    const sanitize = await loadSanitizer();
    const html = `<p><a href="https://example.com?a=b&amp;c">${'x'.repeat(100_000)}</a> &lt; &quot;</p>\n`;
    for (let i = 0; i < 4; i += 1) expect(sanitize(html)).toBe(html.replace('&quot;', '"'));
  });
});

describe('plainTextAsHtml', () => {
  it('has nothing but text in it', async () => {
    expect(await plainTextAsHtml('<b onclick="a">&amp;</b>\nb')).toBe(
      '<p>&lt;b onclick=&quot;a&quot;&gt;&amp;amp;&lt;/b&gt;\nb</p>\n',
    );
  });

  it('lets other work have its turn during a long text', async () => {
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    const html = await plainTextAsHtml('&'.repeat(1024 * 1024));
    done = true;
    expect(html).toBe(`<p>${'&amp;'.repeat(1024 * 1024)}</p>\n`);
    expect(turns).toBeGreaterThan(60);
  });
});
