const LENGTH = 20_000;

const repeated = (part: string): string => part.repeat(Math.ceil(LENGTH / part.length)).slice(0, LENGTH);

/** Texts as long as rendered ones may be, that make a parser of Markdown, or what cleans its HTML, work hard. */
export const slowTexts: Readonly<Record<string, string>> = {
  'empty images': repeated('![]('),
  'images in brackets': repeated('![[]('),
  brackets: repeated('['),
  emphasis: repeated('*a_'),
  links: repeated('[a](b)'),
  'code spans': repeated('`a'),
  headings: repeated('#\n'),
  'list items': repeated('*\n'),
  lines: repeated('a\n'),
  autolinks: repeated('<http://a>'),
  quotes: repeated(`${'>'.repeat(50)}a\n\n`),
  references: `[a]: http://${'x'.repeat(9_000)}\n\n${'[a]'.repeat(3_300)}`,
  entities: repeated('&lt;'),
};
