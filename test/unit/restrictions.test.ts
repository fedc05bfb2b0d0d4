import { describe, expect, it } from 'vitest';
import { isServable, type Restricted } from '../../src/domain/restrictions.ts';

const open: Restricted = { state: 'installed', enabled: true, groupRestrictions: [], roleRestrictions: null };
const agent = { role: 'agent', groups: ['7', 'Sales'] };

describe('who can use an installation', () => {
  it.each<[string, Partial<Restricted>, boolean]>([
    ['nothing restricts', {}, true],
    ['lists restrict that are empty', { groupRestrictions: [], roleRestrictions: [] }, true],
    ['roles restrict, theirs among them', { roleRestrictions: ['admin', 'agent'] }, true],
    ['roles restrict without theirs', { roleRestrictions: ['admin'] }, false],
    ['roles restrict, theirs by its number', { roleRestrictions: ['4'] }, true],
    ['roles restrict, theirs by its number in an old row', { roleRestrictions: [4] }, true],
    ['roles restrict by the number of another one', { roleRestrictions: ['2', '0'] }, false],
    ['groups restrict, one of theirs among them', { groupRestrictions: ['Support', 'Sales'] }, true],
    ['groups restrict without theirs', { groupRestrictions: ['Support'] }, false],
    ['a group is written as another case', { groupRestrictions: ['sales'] }, false],
    ['a group is a number, as old rows have it', { groupRestrictions: [7] }, true],
    ['only one of both restrictions lets them in', { roleRestrictions: ['agent'], groupRestrictions: ['8'] }, false],
    ['both let them in', { roleRestrictions: ['agent'], groupRestrictions: ['7'] }, true],
    ['it is switched off', { enabled: false }, false],
    ['it waits for its job', { state: 'pending' }, false],
    ['its job failed', { state: 'failed' }, false],
  ])('where %s', (_name, change, servable) => {
    expect(isServable({ ...open, ...change }, agent)).toBe(servable);
  });

  it('is nobody of no group, where groups restrict', () => {
    expect(isServable({ ...open, groupRestrictions: ['7'] }, { role: 'admin', groups: [] })).toBe(false);
  });
});
