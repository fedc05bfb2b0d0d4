import { describe, expect, it } from 'vitest';
import { installedStateOf, targetVersionOf } from '../../../src/http/dialects/kustomer/installed-state.ts';

type Known = Parameters<typeof targetVersionOf>[0];
const installation = (change: Partial<Known>): Known => ({
  state: 'installed',
  enabled: true,
  versionId: 1,
  jobState: 'completed',
  jobVersionId: null,
  jobVersion: null,
  missingSettings: [],
  ...change,
});
const toTwo = { jobVersionId: 2, jobVersion: '2.0.0' };

describe('the state of an installation', () => {
  it.each<[string, Partial<Known>, string | null]>([
    ['installing', { state: 'pending', jobState: 'queued' }, null],
    ['installing', { state: 'pending', jobState: 'working', enabled: false }, null],
    ['installing', { state: 'failed', jobState: 'working', ...toTwo }, '2.0.0'],
    ['installed', {}, null],
    ['installed', { jobState: null }, null],
    ['installed', { versionId: 2, ...toTwo }, null],
    ['needs_settings', { missingSettings: ['default.key'] }, null],
    ['disabled', { enabled: false, missingSettings: ['default.key'] }, null],
    ['disabled', { enabled: false }, null],
    ['upgrading', { jobState: 'queued', ...toTwo }, '2.0.0'],
    ['upgrading', { jobState: 'working', enabled: false, ...toTwo }, '2.0.0'],
    ['upgrading', { jobState: 'queued', jobVersionId: 1, jobVersion: '1.0.0' }, '1.0.0'],
    ['install_failed', { jobState: 'failed', jobVersionId: 1, jobVersion: '1.0.0' }, null],
    ['install_failed', { state: 'failed', jobState: 'failed' }, null],
    ['install_failed', { jobState: 'failed', ...toTwo }, '2.0.0'],
    ['install_failed', { jobState: 'killed', enabled: false, ...toTwo }, '2.0.0'],
    ['installed', { jobState: 'failed' }, null],
  ])('is %s with %j', (state, change, target) => {
    expect(installedStateOf(installation(change))).toBe(state);
    expect(targetVersionOf(installation(change))).toBe(target);
  });
});
