import { describe, expect, test, vi } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import { inspectSvg } from '../../../src/domain/package/assets/svg/inspect-svg.ts';
import { loadPurifier } from '../../../src/domain/package/assets/svg/purify-svg.ts';
import { rebuildSvg, svgBudget } from '../../../src/domain/package/assets/svg/rebuild-svg.ts';
import { storedAttributes, storedElements } from '../../../src/domain/package/assets/svg/stored-allow-list.ts';
import { svgAttributes, svgElements } from '../../../src/domain/package/assets/svg/svg-allow-list.ts';
import { defaultSwitches } from '../../../src/domain/package/switches.ts';
import { findKeys, packageFiles } from '../../support/package-files.ts';

const open = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">';
const drawing = (inside: string) => `${open}${inside}</svg>`;

const store = async (svg: string, path = 'assets/icon.svg'): Promise<string> => {
  const options = { switches: defaultSwitches, limits: defaultLimits };
  const { files } = await checkPackage(packageFiles({ [path]: svg }), options);
  return Buffer.from(files.find((file) => file.path === path)?.bytes ?? []).toString();
};

describe('the rule that warns', () => {
  test.each<[string, string]>([
    ['an XML declaration', `<?xml version="1.0"?>\n${drawing('')}\n`],
    ['a DOCTYPE', `<!DOCTYPE svg [ <!ENTITY a "b>"> ]>${drawing('')}`],
    ['texts', drawing('<title>a</title><desc>b &nbsp; &amp;</desc>')],
    ['accessibility', `<svg role="img" aria-label="a" data-x=""/>`],
    [
      'a gradient',
      drawing('<linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient><path fill="url(#g)"/>'),
    ],
    ['a use of its own', drawing('<use xlink:href="#a"/>')],
    ['a style in its final form', drawing('<path style="fill:#fff;stroke-width:1px;"/>')],
    ['a style of the root with blanks between', '<svg style="fill:red; stroke:blue;"/>'],
    ['tags that are not closed', '<svg><path>'],
    ['text only', 'hello < world'],
    ['nothing', ''],
  ])('leaves %s', (_, svg) => {
    expect(inspectSvg(svg)).toBe('clean');
  });

  test.each<[string, string]>([
    ['a comment', drawing('<!-- a -->')],
    ['an instruction', drawing('<?php x ?>')],
    ['CDATA', drawing('<text><![CDATA[a]]></text>')],
    ['a script', drawing('<script>a()</script>')],
    ['a style sheet', drawing('<style>a{}</style>')],
    ['a handler', drawing('<path onclick="a()"/>')],
    ['an animation', drawing('<animate attributeName="x" from="0" to="1"/>')],
    ['an empty attribute', drawing('<path fill=" "/>')],
    ['another namespace', '<svg xmlns:sketch="x"><g sketch:type="y"/></svg>'],
    ['an element of another namespace', '<svg xmlns:a="x"><a:namedview/></svg>'],
    ['capitals', '<SVG/>'],
    ['two drawings', '<svg/><svg/>'],
    ['text behind', '<svg/> x'],
    ['a script as link', drawing('<a xlink:href="java&#115;cript:a()"/>')],
    ['a page as link', drawing('<a xlink:href="data:text/html,a"/>')],
    ['a use of something else', drawing('<use xlink:href="https://example.org/#a"/>')],
    ['a fill from elsewhere', drawing('<path fill="url(https://example.org/a)"/>')],
    ['a style with blanks', drawing('<path style="fill: red;"/>')],
    ['a style without an end', drawing('<path style="fill:red"/>')],
    ['a style from elsewhere', drawing('<path style="fill:url(https://example.org/a);"/>')],
    ['an unknown property', drawing('<path style="moon:full;"/>')],
  ])('takes out %s', (_, svg) => {
    expect(inspectSvg(svg)).toBe('edited');
  });

  test('replaces what shows a bitmap', () => {
    expect(inspectSvg(drawing('<image href="data:image/png;base64,AA"/>'))).toBe('bitmap');
  });
});

describe('warnings', () => {
  test.each<[string, string, string[]]>([
    ['a good one', drawing('<path d="M0 0"/>'), []],
    ['one with a script', drawing('<script/>'), ['warning.svg_edited']],
    ['one with a bitmap', drawing('<image/>'), ['warning.svg_bitmap']],
    ['one with HTML in it', drawing('<foreignObject/>'), ['warning.svg_markup_removed']],
    ['one that is none', 'hello', []],
    ['one with an id of the page', drawing('<g id="title"/>'), ['warning.svg_markup_removed']],
  ])('%s', async (_, svg, keys) => {
    expect(await findKeys(packageFiles({ 'assets/a/icon.svg': svg }))).toEqual({ errors: [], warnings: keys });
  });

  test('are given only for drawings below assets', async () => {
    const files = packageFiles({
      'icon.svg': '<svg><script/></svg>',
      'assets/.icon.svg': 'hello',
      'assets/a.SVG': 'b',
    });
    expect(await findKeys(files)).toEqual({ errors: [], warnings: [] });
  });
});

describe('what is stored', () => {
  test.each<[string, string, string]>([
    [
      'a good drawing',
      drawing('<path d="M0 0 &amp;"/><text>a &lt; b</text>'),
      drawing('<path d="M0 0 &amp;"/><text>a &lt; b</text>'),
    ],
    [
      'one without namespace',
      '<svg viewBox="0 0 1 1"><path/></svg>',
      `${open.slice(0, -1)} viewBox="0 0 1 1"><path/></svg>`,
    ],
    ['one with a prefix', '<svg:svg xmlns:svg="http://www.w3.org/2000/svg"><svg:g></svg:g></svg:svg>', drawing('<g/>')],
    ['tags that are not closed', '<svg><g><path>', drawing('<g><path/></g>')],
    ['unknown entities', '<svg><text>a&nbsp;&#65;</text></svg>', drawing('<text>aA</text>')],
    ['only the first drawing', '<p><svg/></p><svg><g/></svg>', `${open.slice(0, -1)}/>`],
    ['no scripts', drawing('<script>a<b/></script><g onload="a()"/>'), drawing('<g/>')],
    [
      'no script links',
      drawing('<a href="javascript:a()"><g/></a><a href=" https://example.org"/>'),
      drawing('<a><g/></a><a href="https://example.org"/>'),
    ],
    [
      'no HTML',
      drawing('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">a</p></foreignObject>'),
      `${open.slice(0, -1)}/>`,
    ],
    ['no style sheets', drawing('<style>@import "x"</style>'), `${open.slice(0, -1)}/>`],
    [
      'nothing from elsewhere',
      drawing(`<g fill="url( 'https://a')"/><use href="//a#b"/><feImage href="#a"/>`),
      drawing('<g/><use/>'),
    ],
    [
      'nothing that an escape hides',
      drawing(String.raw`<g style="fill:\75 rl(http://a);stroke:red;"/><path fill="\75 rl(http://a)"/>`),
      drawing('<g style="stroke:red;"/><path/>'),
    ],
    [
      'nothing that another function loads',
      drawing(
        `<g style="fill:image-set('//a');a:src(b);stroke:url('#c')"/><path fill="image('//a')" mask="image-set('b')"/>`,
      ),
      drawing(`<g style="stroke:url('#c')"/><path/>`),
    ],
    ['no import', drawing(`<g style="@import '//a'"/>`), drawing('<g/>')],
    [
      'a label that only looks like CSS',
      drawing('<g aria-label="a \\ src(b)"/>'),
      drawing('<g aria-label="a \\ src(b)"/>'),
    ],
    ['no animations', drawing('<animate attributeName="x"><g/></animate><path/>'), drawing('<path/>')],
    ['no ids of the page', drawing('<g id="title" name="location"/><g id="a"/>'), drawing('<g/><g id="a"/>')],
    ['no entities of its own', `<!DOCTYPE svg [<!ENTITY x "<script/>">]>${drawing('<g>&x;</g>')}`, drawing('<g/>')],
    ['no comments', drawing('<!-- > --><g/>'), drawing('<g/>')],
    ['a tag that hides in an attribute', drawing('<g id="&lt;script>"/>'), drawing('<g id="&lt;script&gt;"/>')],
    ['a tag that hides in CDATA', drawing('<text><![CDATA[<script>]]></text>'), drawing('<text>&lt;script&gt;</text>')],
  ])('%s', async (_, svg, stored) => {
    expect(await store(svg)).toBe(stored);
  });

  test('a drawing is cleaned wherever it lies', async () => {
    for (const path of ['icon.svg', 'assets/ICON.SVG', 'assets/.hidden/icon.svg', 'tmp/icon.svg']) {
      expect(await store(drawing('<script/><g/>'), path)).toBe(drawing('<g/>'));
    }
  });

  test('a frame instead of what cannot be kept', async () => {
    expect(await store(drawing('<image/>'))).toContain('<rect');
    expect(await store('hello')).toContain('<rect');
  });

  test('other files as they came', async () => {
    expect(await store('<svg><script/></svg>', 'assets/icon.txt')).toBe('<svg><script/></svg>');
  });
});

test('nothing is left for the library to take out, because that takes it quadratic time', async () => {
  const purifier = await loadPurifier();
  const values = [
    '',
    ' a ',
    'a:b',
    'https://a',
    'data:image/png,a',
    '--&gt;',
    '&lt;/style',
    'href',
    'title',
    '&#x85;a:b',
  ];
  const attributes = [
    ...storedAttributes,
    ...svgAttributes,
    'onload',
    'data-a.b',
    'aria-a',
    'for',
    'is',
    'FILL',
    'slot',
  ];
  const elements = [
    ...storedElements,
    ...svgElements,
    'script',
    'SVG',
    'p',
    'title',
    'math',
    'svg:g',
    'x:g',
    'template',
  ];
  const tags = attributes.flatMap((name) => values.map((value) => `<g ${name}="${value}"/><a ${name}="${value}"/>`));
  const nested = elements.flatMap((name) => ['a', '&lt;b', '<g/>'].map((inside) => `<${name}>${inside}</${name}>`));
  const { svg } = rebuildSvg(`<svg>${[...tags, ...nested].join('')}</svg>`, svgBudget(), purifier.isReserved) ?? {};
  expect(svg?.length).toBeGreaterThan(10_000);
  expect((await purifier.purify(svg ?? '')).removed).toBe(false);
});

describe('many drawings', () => {
  const clean = async (drawings: string[]) => {
    const named = Object.fromEntries(drawings.map((svg, i) => [`assets/${String(i).padStart(4, '0')}.svg`, svg]));
    const options = { switches: defaultSwitches, limits: defaultLimits };
    const { files, errors, warnings } = await checkPackage(packageFiles(named), options);
    const stored = Object.keys(named).map((path) => files.find((file) => file.path === path)!.bytes);
    return { stored: stored.map((bytes) => Buffer.from(bytes).toString()), errors, warnings };
  };

  test('are stored as each would be alone, with the warnings in their order', async () => {
    const kinds = [
      ...['<g/>', '<script/><path d="M0 0"/>', '<g id="title"/>', '<use xlink:href="#a"/>', ' a &amp; b '].map(drawing),
      'hello',
      '<svg><image/></svg>',
      '<svg id="x"><g><text>a',
      '<svg/><svg/>',
    ];
    const alone = await Promise.all(kinds.map((svg) => store(svg)));
    const many = Array.from({ length: 700 }, (_, i) => kinds[i % kinds.length]!);
    const { stored, errors, warnings } = await clean(many);
    expect(errors).toEqual([]);
    expect(stored).toEqual(many.map((_, i) => alone[i % kinds.length]));
    const named = warnings.map(({ file }) => file!);
    expect(named.length).toBeGreaterThan(0);
    expect(named).toEqual(named.toSorted());
  });

  test('go through the library together: the number of passes does not grow with that of the drawings', async () => {
    const purifier = await loadPurifier();
    const purifyAll = vi.spyOn(purifier, 'purifyAll');
    const { errors } = await clean(Array.from({ length: 2_000 }, (_, i) => drawing(`<path d="M0 0h${i}"/>`)));
    expect(errors).toEqual([]);
    expect(purifyAll.mock.calls.length).toBeLessThanOrEqual(8);
  });

  test('of which the library rejects one, or takes something out of it, are looked at one by one', async () => {
    const purifier = await loadPurifier();
    const good = drawing('<g/>');
    const [first, broken, edited, last] = await purifier.purifyAll([good, '<svg', drawing('<script/>'), good]);
    expect([first?.svg, broken, edited?.removed, last?.svg]).toEqual([good, undefined, true, good]);
    expect(edited?.svg).not.toContain('script');
  });

  test('end with the first that costs too much', async () => {
    const { errors } = await clean([...Array<string>(300).fill('<svg/>'), `<svg>${'<g>'.repeat(300)}</svg>`, '<svg/>']);
    expect(errors).toMatchObject([{ key: 'svg_too_complex', file: 'assets/0300.svg' }]);
  });
});

describe('what costs too much', () => {
  test.each<[string, string]>([
    ['depth', '<g>'.repeat(300)],
    ['attributes of one element', `<g ${Array.from({ length: 100 }, (_, i) => `a${i}=""`).join(' ')}/>`],
    ['elements', '<g/>'.repeat(50_001)],
    ['a style', `<g style="${' '.repeat(10_000)}"/>`],
    ['characters', ' '.repeat(4 * 1024 * 1024)],
    ['characters that grow', '<'.repeat(2 * 1024 * 1024)],
  ])('%s', async (_, inside) => {
    const { errors } = await findKeys(packageFiles({ 'assets/a.svg': `<svg>${inside}</svg>` }));
    expect(errors).toEqual(['svg_too_complex']);
  });
});
