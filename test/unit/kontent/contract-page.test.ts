import { describe, expect, it } from 'vitest';
import { proofFaults, readContractPage } from '../../support/contract-page.ts';

const rows = readContractPage('kontent');

/** What the vendor's page has, and what its clients know besides: by the heading of the table it must stand in. */
const documented: Record<string, string[]> = {
  Endpoints: [
    'POST /custom-apps',
    'GET /custom-apps',
    'GET /custom-apps/{custom_app_identifier}',
    'PATCH /custom-apps/{custom_app_identifier}',
    'DELETE /custom-apps/{custom_app_identifier}',
    'GET /roles',
    'GET /roles/{role_identifier}',
  ],
  Requests: ['environment_id', 'custom_app_identifier', 'Authorization: Bearer KEY'],
  'A custom app': ['id', 'name', 'codename', 'source_url', 'config', 'allowed_roles', 'display_mode'],
  Operations: ['op', 'property_name', 'value', 'addInto', 'remove', 'replace'],
  Pages: ['custom_apps[]', 'pagination.continuation_token', 'pagination.next_page', 'x-continuation'],
  Errors: ['request_id', 'error_code', 'message', 'validation_errors[]'],
};
const statuses = [400, 401, 403, 404, 405, 413, 415, 429];

describe('the contract table of custom apps', () => {
  it('has rows without an empty cell, each with tests that are there', () => {
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.flatMap(proofFaults)).toEqual([]);
  });

  it('has a row for every endpoint, field and header of the contract', () => {
    const missing = Object.entries(documented).flatMap(([heading, names]) => {
      const there = rows.filter((row) => row.heading === heading);
      return names.filter((name) => !there.some(({ what }) => what.startsWith(`\`${name}\``)));
    });
    expect(missing).toEqual([]);
  });

  it('has a row for every status that is refused with', () => {
    const errors = rows.filter(({ heading }) => heading === 'Errors').map(({ what }) => what.replace('**ours**: ', ''));
    for (const status of [...statuses, '5xx'])
      expect(errors.filter((what) => what.startsWith(`${status}, code `))).toHaveLength(1);
  });
});
