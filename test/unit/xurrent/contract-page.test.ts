import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../src/cli/project-root.ts';
import { offeringCollection, predefined } from '../../../src/http/dialects/xurrent/offering-collection.ts';
import { offeringBody } from '../../../src/http/dialects/xurrent/offering-schema.ts';
import { proofFaults, readContractPage } from '../../support/contract-page.ts';

const SEED = path.join(projectRoot, '../shared/seeds/xurrent-app-offerings.txt');
const rows = readContractPage('xurrent');
const fields = rows.filter(({ heading }) => heading === 'Fields of an app offering').map(({ what }) => what);
const endpoints = rows.filter(({ heading }) => heading === 'Endpoints').map(({ what }) => what);

describe("the page on this vendor's API", () => {
  it('names for each row tests that are there', () => {
    expect(rows.length).toBeGreaterThan(120);
    expect(rows.flatMap(proofFaults)).toEqual([]);
  });

  it('has a row for every field that the door reads and shows', () => {
    const written = Object.keys(offeringBody.schema.shape).map((name) => name.replace(/_id$/, ''));
    const known = [...written, ...offeringCollection.fields].filter((name) => name !== 'account');
    expect(known.filter((name) => !fields.includes(`\`${name}\``))).toEqual([]);
  });

  it('has a row for every predefined filter', () => {
    for (const name of predefined.keys()) expect(endpoints).toContain(`\`GET /app_offerings/${name}\``);
  });

  it("is about what the vendor's page has, where that is at hand", () => {
    if (!existsSync(SEED)) {
      process.stdout.write(`The page was not compared with the vendor's: there is no ${SEED}.\n`);
      return;
    }
    const seed = readFileSync(SEED, 'utf8');
    const lines = seed.split('\n');
    const routes = lines.filter((line) => /^(GET|POST|PATCH) \//.test(line));
    expect(routes.length).toBe(4);
    for (const route of routes) expect(endpoints.join()).toContain(route);
    const described = lines.flatMap((line, i) =>
      /^(Readonly|Writeonly|Optional|Required) /.test(lines[i + 1] ?? '') && /^\w+$/.test(line) ? [line] : [],
    );
    expect(described.length).toBe(25);
    expect(described.filter((name) => !fields.includes(`\`${name}\``))).toEqual([]);
    const after = (words: string): string[] =>
      lines[lines.findIndex((line) => line.startsWith(words)) + 2]!.split(/[ ,]+/);
    expect([...offeringCollection.shown]).toEqual(after('By default the following fields'));
    expect(Object.keys(offeringCollection.filters)).toEqual(after('Filtering is available for'));
    expect([...offeringCollection.sorts]).toEqual(after('The following fields are accepted'));
  });
});
