import { expect, it } from 'vitest';
import type { AppVisibility } from '../../../src/http/dialects/os1/attributes.ts';
import { shownWhenLive } from '../../../src/http/dialects/os1/listed.ts';
import { attributes } from './build-version.ts';

const hidden = { visibility: 'private', visibleTo: null, hiddenFrom: null };
const shown = { visibility: 'public', visibleTo: null, hiddenFrom: null };

it.each<[string, AppVisibility | undefined, object]>([
  ['nothing that is said of it', undefined, hidden],
  ['an empty visibility', {}, hidden],
  ['isPrivate', { isPrivate: true }, hidden],
  ['isPrivate false', { isPrivate: false }, shown],
  [
    'ALLOW with names',
    { isPrivate: false, permissionType: 'ALLOW', orgIdentifiers: ['Other', ' acme '] },
    { ...shown, visibleTo: ['other', 'acme'] },
  ],
  ['ALLOW without names', { isPrivate: false, permissionType: 'ALLOW' }, { ...shown, visibleTo: [] }],
  [
    'DENY with names',
    { isPrivate: false, permissionType: 'DENY', orgIdentifiers: ['other'] },
    { ...shown, hiddenFrom: ['other'] },
  ],
  ['DENY without names', { isPrivate: false, permissionType: 'DENY' }, { ...shown, hiddenFrom: [] }],
  ['names without ALLOW or DENY', { isPrivate: false, orgIdentifiers: ['other'] }, { ...shown, visibleTo: ['other'] }],
])('shows a live app as %s wants it', (_name, visibility, expected) => {
  expect(shownWhenLive({ ...attributes, ...(visibility && { visibility }) })).toEqual(expected);
});
