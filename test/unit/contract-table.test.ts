import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import {
  contractEndpoints,
  contractFields,
  type ContractEndpoint,
  type ContractObject,
} from '../support/zendesk-contract.ts';

const SEED = path.join(projectRoot, '../shared/seeds/zendesk-sell-apps-api.txt');

interface Row {
  heading: string;
  what: string;
  answer: string;
  proof: string;
}

/** Every row of every table, with the heading above it. */
const readRows = (markdown: string): Row[] => {
  let heading = '';
  return markdown.split('\n').flatMap((line) => {
    if (line.startsWith('#')) heading = line.replace(/^#+ /, '');
    if (!line.startsWith('|') || /^\|[ :|-]+$/.test(line)) return [];
    const [, what = '', answer = '', proof = '', ...rest] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (rest.join() !== '' || rest.length !== 1) throw new Error(`not three cells: ${line}`);
    return what === 'what' ? [] : [{ heading, what, answer, proof }];
  });
};

const rows = readRows(readFileSync(path.join(projectRoot, 'docs/api/zendesk.md'), 'utf8'));
const proofsOf = ({ proof }: Row) =>
  proof.split('<br>').map((one) => /^`(\S+\.test\.ts)`: (.+)$/.exec(one)?.slice(1) as [string, string] | undefined);

/** Where the fields of an object stand. */
const headings: Partial<Record<ContractObject, string>> = {
  app: 'An app',
  parameter: 'A parameter',
  rating: 'A rating',
  installation: 'An installation',
  'shown installation': 'A shown installation',
  'build job status': 'The job of a build',
  'install job status': 'The job of an installation',
};
/** Small ones stand as members of another object's field. */
const members: Partial<Record<ContractObject, string>> = {
  'plan information': 'plan_information.',
  'settings object': 'settings_objects[].',
  'framework versions': 'framework_versions.',
  location: 'locations[].',
};

describe('the contract table', () => {
  it('has rows, and no empty cell', () => {
    expect(rows.length).toBeGreaterThan(200);
    expect(rows.filter(({ what, answer, proof }) => !what || !answer || !proof)).toEqual([]);
  });

  it('names for each row tests that are there, unless a client does it alone', () => {
    const faults = rows.flatMap((row) => {
      if (row.proof === 'client only')
        return row.answer.startsWith('**client**') ? [] : [`${row.what}: not a client's`];
      return proofsOf(row).flatMap((proof) => {
        if (!proof) return [`${row.what}: cannot be read: ${row.proof}`];
        const file = path.join(projectRoot, 'test', proof[0]);
        if (!existsSync(file)) return [`${row.what}: there is no ${proof[0]}`];
        return readFileSync(file, 'utf8').includes(proof[1].replaceAll('\\|', '|'))
          ? []
          : [`${proof[0]} has no test "${proof[1]}"`];
      });
    });
    expect(faults).toEqual([]);
  });

  it('has a row for every endpoint of the contract', () => {
    const listed = rows.filter(({ heading }) => heading === 'Endpoints');
    expect(listed.map(({ what }) => what.replaceAll('`', ''))).toEqual(contractEndpoints.map(({ route }) => route));
    for (const { route, status } of contractEndpoints)
      expect(listed.find(({ what }) => what === `\`${route}\``)?.answer).toMatch(new RegExp(`^${status}\\b`));
  });

  it('has a row for every field of the contract', () => {
    const missing = Object.entries(contractFields).flatMap(([name, fields]) => {
      const object = name as ContractObject;
      const names = Object.keys(fields).map((field) => `\`${members[object] ?? ''}${field}\``);
      const found = (field: string) =>
        rows.some(({ heading, what }) =>
          members[object] ? what.split(', ').includes(field) : heading === headings[object] && what === field,
        );
      return names.filter((field) => !found(field)).map((field) => `${name}: ${field}`);
    });
    expect(missing).toEqual([]);
  });

  it("is about what the vendor's page has, where that is at hand", () => {
    if (!existsSync(SEED)) {
      process.stdout.write(`The contract was not compared with the vendor's page: there is no ${SEED}.\n`);
      return;
    }
    const page = readPage(readFileSync(SEED, 'utf8'));
    expect(page.endpoints).toEqual(contractEndpoints);
    for (const [name, fields] of Object.entries(page.fields)) expect([name, fields]).toEqual([name, documented(name)]);
    expect(Object.keys(page.fields).length).toBe(5);
    expect(page.examples.filter((field) => !known.has(field) && !settingsOfExamples.includes(field))).toEqual([]);
  });
});

const documented = (name: string): Record<string, string> => contractFields[name as ContractObject];
const known = new Set([
  ...Object.values(contractFields).flatMap((fields) => Object.keys(fields)),
  'apps',
  'installations',
  'installation',
  'app_url',
  'job_id',
  '1',
  '2',
  '3',
  '4',
  '5',
]);
/** Of the apps in the page's examples. */
const settingsOfExamples = [
  'attachment_tag',
  'blocklist',
  'items_per_page',
  'new_attachment_tag',
  'title',
  'allowlist',
];

/** The titles above the tables of fields, and whose they are. */
const tables: Record<string, ContractObject> = {
  '': 'app',
  'List App Installations': 'installation',
  'Get Requirements Install Status': 'install job status',
  'Show App Installation': 'shown installation',
  'Get job status': 'build job status',
};

const readPage = (text: string) => {
  const endpoints: ContractEndpoint[] = [];
  const fields: Record<string, Record<string, string>> = {};
  const examples = new Set<string>();
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const last = endpoints.at(-1);
    if (/^(GET|POST|PUT|DELETE) \/api\/\S+$/.test(line))
      endpoints.push({ title: lines[index - 1]!, route: line, status: 0, role: 'Admins' });
    if (last && /^Status \d+/.test(line)) last.status = Number(line.split(' ')[1]);
    if (last && line === 'Allowed for') last.role = lines[index + 1]!.slice(2) as ContractEndpoint['role'];
    const [, name = 'email', type] =
      /^(?:(\w+) \| )?((?:array of )?\w+) \| (?:true|false|yes|no) \| (?:true|false|yes|no) \| /.exec(line) ?? [];
    // The page has lost the name of one field, which was an address; its example has it.
    if (type) (fields[tables[last?.title ?? ''] ?? '?'] ??= {})[name] = type;
    for (const [, key] of line.matchAll(/^"(\w+)": /g)) examples.add(key!);
  }
  return { endpoints, fields, examples: [...examples] };
};
