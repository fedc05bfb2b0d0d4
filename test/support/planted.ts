import AdmZip from 'adm-zip';

/** A place where something was kept or said, and what. */
export interface Finding {
  where: string;
  content: string | Buffer;
}

/** The part of a base64 text that is the same whatever surrounds the bytes, for bytes that begin at `offset` modulo 3. */
const base64Core = (bytes: Buffer, offset: number): string => {
  const shifted = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return shifted.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
};

/** A planted text in every form in which it could get somewhere. */
const formsOf = (planted: string): string[] => {
  const bytes = Buffer.from(planted);
  const cores = [0, 1, 2].map((offset) => base64Core(bytes, offset));
  return [
    planted,
    encodeURIComponent(planted),
    bytes.toString('hex'),
    ...cores,
    ...cores.map((core) => core.replaceAll('+', '-').replaceAll('/', '_')),
  ];
};

const ZIP = Buffer.from('PK\x03\x04');

/** What is packed is looked at too. */
const unpacked = ({ where, content }: Finding): Finding[] => {
  if (typeof content === 'string' || !content.subarray(0, ZIP.length).equals(ZIP)) return [{ where, content }];
  const entries = new AdmZip(content).getEntries();
  return [
    { where, content },
    ...entries.map((entry) => ({ where: `${where}!${entry.entryName}`, content: entry.getData() })),
  ];
};

/** Where planted texts are, as "NAME in PLACE". */
export const findPlanted = (planted: Record<string, string>, findings: Finding[]): string[] => {
  const places = findings.flatMap(unpacked).map(({ where, content }) => ({ where, content: Buffer.from(content) }));
  return Object.entries(planted).flatMap(([name, text]) => {
    const forms = formsOf(text);
    return places
      .filter(({ content }) => forms.some((form) => content.includes(form)))
      .map(({ where }) => `${name} in ${where}`);
  });
};
