import { describe, expect, it } from 'vitest';
import { urlNames } from '../../../src/http/dialects/os1/attributes.ts';
import { actions } from '../../../src/http/dialects/os1/lifecycle.ts';
import { attributePatch, newApp } from '../../../src/http/dialects/os1/schema.ts';
import { proofFaults, readContractPage } from '../../support/contract-page.ts';

const rows = readContractPage('os1');

/** What the vendor's page has, and what its other pages name: by the heading of the table it must stand in. */
const documented: Record<string, string[]> = {
  Endpoints: [
    'POST /developer/apps?organizationId=…&teamId=…',
    'PATCH /developer/apps/versions/{appVersionId}',
    'GET /developer/apps/versions/{appVersionId}',
    'POST /developer/apps/{appId}/versions',
    'DELETE /developer/apps/versions/{versionId}',
    'PUT /developer/apps/versions/{appVersionId}/states',
    'PATCH /developer/solutions/versions/{solutionVersionId}',
  ],
  Requests: ['x-developerplatform-access: TOKEN', 'organizationId', 'teamId'],
  Attributes: [
    'displayName',
    'isConsoleCompatible',
    'visibility',
    'visibility.isPrivate',
    'visibility.permissionType',
    'visibility.orgIdentifiers',
    'url',
    'url.relativePath',
    'url.stackId',
    'url.server',
    'url.interface',
    'url.admin',
    'url.setting',
    'url.userGuide',
    'url.gitInfo',
    'shortDescription',
    'longDescription',
    'categories',
    'menu',
    'menu.displayName',
    'menu.displayOrder',
    'menu.relativePath',
    'packageName',
    'type',
    'listingId',
    'version',
  ],
  Versions: ['version', 'parentVersion'],
  States: ['action'],
  Answers: ['data', 'error', 'request.id'],
};

const missingOf = (heading: string, names: readonly string[]): string[] => {
  const there = rows.filter((row) => row.heading === heading);
  return names.filter((name) => !there.some(({ what }) => what.includes(`\`${name}\``)));
};

describe('the contract table of app versions', () => {
  it('has rows without an empty cell, each with tests that are there', () => {
    expect(rows.length).toBeGreaterThan(90);
    expect(rows.flatMap(proofFaults)).toEqual([]);
  });

  it('has a row for every endpoint, field and header of the contract', () => {
    expect(Object.entries(documented).flatMap(([heading, names]) => missingOf(heading, names))).toEqual([]);
  });

  it('has a row for every attribute and every action that the code knows', () => {
    const known = [...Object.keys(newApp.shape), ...Object.keys(attributePatch.shape)];
    expect(missingOf('Attributes', [...known, ...urlNames.map((name) => `url.${name}`)])).toEqual([]);
    expect(missingOf('States', actions)).toEqual([]);
  });
});
