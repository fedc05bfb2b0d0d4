import { describe, expect, it } from 'vitest';
import { definitionBody, listingFields } from '../../../src/http/dialects/kustomer/definition.ts';
import { proofFaults, readContractPage } from '../../support/contract-page.ts';

const rows = readContractPage('kustomer');

/** What the vendor's pages have: by the heading of the table it must stand in. */
const documented: Record<string, string[]> = {
  Endpoints: [
    'POST /v1/apps/available',
    'PATCH /v1/apps/available/{appVersion}',
    'POST /v1/apps/available/{appVersion}',
    'GET /v1/apps/available',
    'GET /v1/apps',
    'GET /v1/apps/{appVersion}',
    'POST /v1/apps/install',
  ],
  Requests: ['Authorization: Bearer KEY', 'org.admin.apps', '{appVersion}', 'latest'],
  'A definition': Object.keys(definitionBody.shape),
  'Listing fields': Object.keys(listingFields),
  Installing: ['app', 'version', 'settings', 'install_failed'],
  Errors: ['status', 'code', 'source.parameter', 'meta'],
};
const statuses = [400, 401, 403, 404, 409, 413, 415, 429, 500, 503];

describe('the contract table of Kustomer apps', () => {
  it('has rows without an empty cell, each with tests that are there', () => {
    expect(rows.length).toBeGreaterThan(120);
    expect(rows.flatMap(proofFaults)).toEqual([]);
  });

  it('has a row for every endpoint and field of the contract', () => {
    const missing = Object.entries(documented).flatMap(([heading, names]) => {
      const there = rows.filter((row) => row.heading === heading);
      return names.filter((name) => !there.some(({ what }) => what.startsWith(`\`${name}\``)));
    });
    expect(missing).toEqual([]);
  });

  it('has a row for every status that is refused with', () => {
    const errors = rows.filter(({ heading }) => heading === 'Errors').map(({ what }) => what);
    for (const status of statuses) expect(errors.filter((what) => what.startsWith(`${status}, code `))).toHaveLength(1);
  });
});
