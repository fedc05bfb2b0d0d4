import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppAttributes } from '../../../src/http/dialects/os1/attributes.ts';
import { firstAttributes, mergeAttributes } from '../../../src/http/dialects/os1/merge-attributes.ts';
import { attributePatch, newApp, type AttributePatch } from '../../../src/http/dialects/os1/schema.ts';
import { parse } from '../../../src/http/parse.ts';
import { InvalidRequestError } from '../../../src/errors.ts';
import { attributes } from './build-version.ts';

const item = { displayName: 'Live map', displayOrder: 1, relativePath: '/map' };
const full: AppAttributes = {
  ...attributes,
  visibility: { isPrivate: false, permissionType: 'ALLOW', orgIdentifiers: ['other'] },
  url: { relativePath: '/tracker', stackId: '*', server: 'https://tracker.example' },
  shortDescription: 'Where the vans are',
  longDescription: 'All of them.',
  categories: ['fleet', 'maps'],
  menu: [item],
  packageName: '.com.example.test',
};

const update = (stored: AppAttributes, patch: unknown) => mergeAttributes(stored, parse(attributePatch, patch));
const refusalOf = (run: () => unknown): Record<string, string[]> => {
  try {
    run();
  } catch (err) {
    if (err instanceof InvalidRequestError) return err.details as Record<string, string[]>;
    throw err;
  }
  throw new Error('it was not refused');
};

describe('an update', () => {
  it('adds, modifies and removes in one call, and leaves what is not named', () => {
    const { shortDescription: _, ...rest } = full;
    expect(update(full, { displayName: 'Tracker', shortDescription: null, packageName: '.com.example.other' })).toEqual(
      { ...rest, displayName: 'Tracker', packageName: '.com.example.other' },
    );
    expect(update(attributes, { longDescription: 'New' })).toEqual({ ...attributes, longDescription: 'New' });
    expect(update(full, {})).toEqual(full);
  });

  it.each(['visibility', 'url', 'shortDescription', 'longDescription', 'categories', 'menu', 'packageName'] as const)(
    'removes %s with null, and does not mind when it is not there',
    (name) => {
      expect(Object.keys(update(full, { [name]: null }))).toEqual(Object.keys(full).filter((key) => key !== name));
      expect(update(attributes, { [name]: null })).toEqual(attributes);
    },
  );

  it.each(['displayName', 'isConsoleCompatible', 'listingId'])('refuses null for %s, which it names', (name) => {
    expect(Object.keys(refusalOf(() => update(full, { [name]: null })))).toEqual([name]);
  });

  it.each([
    ['categories.1', { categories: ['fleet', null] }],
    ['menu.0', { menu: [null] }],
    ['menu.1.displayOrder', { menu: [item, { ...item, displayOrder: null }] }],
    ['visibility.orgIdentifiers.0', { visibility: { orgIdentifiers: [null] } }],
  ])('refuses null inside a list, and names %s', (field, patch) => {
    expect(Object.keys(refusalOf(() => update(full, patch)))).toEqual([field]);
  });

  it('takes the listing id that is there, and refuses another one', () => {
    expect(update(full, { listingId: full.listingId })).toEqual(full);
    expect(refusalOf(() => update(full, { listingId: 'another' }))).toEqual({
      listingId: [expect.stringContaining('"vehicle-tracker"')],
    });
  });

  it.each(['type', 'version'])('refuses %s, which is said at registration', (name) => {
    const value = { type: 'WEB', version: '1.0.0' }[name];
    expect(Object.keys(refusalOf(() => update(full, { [name]: value })))).toEqual([name]);
  });

  it('merges visibility and url by key, where null removes one', () => {
    const changed = update(full, {
      visibility: { permissionType: 'DENY' },
      url: { server: null, userGuide: 'https://guide.example' },
    });
    expect(changed.visibility).toEqual({ ...full.visibility, permissionType: 'DENY' });
    expect(changed.url).toEqual({ relativePath: '/tracker', stackId: '*', userGuide: 'https://guide.example' });
  });

  it('replaces menu and categories as a whole', () => {
    const menu = [{ displayName: 'Vans', relativePath: '/vans' }];
    const changed = update(full, { menu, categories: ['vans'] });
    expect([changed.menu, changed.categories]).toEqual([menu, ['vans']]);
  });

  it('leaves no empty url or visibility behind', () => {
    const none = { relativePath: null, stackId: null, server: null };
    expect(update(full, { url: none })).not.toHaveProperty('url');
    expect(update(attributes, { visibility: {}, url: {} })).toEqual(attributes);
  });

  it.each([
    ['isPrivate is set', full, { visibility: { isPrivate: true } }],
    ['isPrivate is removed', full, { visibility: { isPrivate: null } }],
    ['nothing said so before', attributes, { visibility: { permissionType: 'ALLOW', orgIdentifiers: ['other'] } }],
  ])('refuses ALLOW and its list where %s, whichever of them was there before', (_name, stored, patch) => {
    expect(Object.keys(refusalOf(() => update(stored, patch)))).toEqual([
      'visibility.permissionType',
      'visibility.orgIdentifiers',
    ]);
  });

  it('makes an app private when it removes ALLOW and its list in the same call', () => {
    const visibility = { isPrivate: true, permissionType: null, orgIdentifiers: null };
    expect(update(full, { visibility }).visibility).toEqual({ isPrivate: true });
  });

  it('is how a new app comes about: null says that there is nothing', () => {
    const body = parse(newApp, { ...full, version: '1.0.0', longDescription: null, url: { server: null } });
    const { longDescription: _long, url: _url, ...rest } = full;
    expect(firstAttributes(body)).toEqual(rest);
  });
});

const short = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 }).filter((text) => text.trim() !== '');
const path = fc.constantFrom('', '/', '/a', 'https://a.example/b', 'a/b');
const or = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const patches: fc.Arbitrary<AttributePatch> = fc.record(
  {
    displayName: short,
    isConsoleCompatible: fc.boolean(),
    listingId: fc.constantFrom(attributes.listingId, attributes.listingId, 'another'),
    visibility: or(
      fc.record(
        {
          isPrivate: or(fc.boolean()),
          permissionType: or(fc.constantFrom('ALLOW' as const, 'DENY' as const)),
          orgIdentifiers: or(fc.array(short, { maxLength: 2 })),
        },
        { requiredKeys: [] },
      ),
    ),
    url: or(fc.record({ relativePath: or(path), server: or(path), gitInfo: or(path) }, { requiredKeys: [] })),
    shortDescription: or(short),
    categories: or(fc.array(short, { maxLength: 2 })),
    menu: or(fc.array(fc.record({ displayName: short, relativePath: path }), { maxLength: 2 })),
  },
  { requiredKeys: [] },
);

describe('any number of updates', () => {
  /** Undefined: it was refused. */
  const tried = (stored: AppAttributes, patch: AttributePatch): AppAttributes | undefined => {
    try {
      return mergeAttributes(stored, parse(attributePatch, patch));
    } catch (err) {
      if (err instanceof InvalidRequestError) return undefined;
      throw err;
    }
  };

  it('lead to attributes that could have been registered so, each the same when it is made again', () => {
    fc.assert(
      fc.property(fc.array(patches, { minLength: 1, maxLength: 6 }), (steps) => {
        let stored = full;
        for (const patch of steps) {
          const after = tried(stored, patch);
          if (!after) continue;
          expect(tried(after, patch)).toEqual(after);
          expect(firstAttributes(parse(newApp, { ...after, version: '1.0.0' }))).toEqual(after);
          expect(JSON.stringify(after)).not.toContain('null');
          stored = after;
        }
      }),
    );
  });

  it('never take a key that is unknown', () => {
    const known = Object.keys(attributePatch.shape);
    fc.assert(
      fc.property(
        patches,
        fc.string().filter((key) => !known.includes(key)),
        fc.jsonValue(),
        (patch, key, value) => {
          const body = JSON.parse(
            `${JSON.stringify(patch).slice(0, -1)}${Object.keys(patch).length > 0 ? ',' : ''}${JSON.stringify(key)}:${JSON.stringify(value)}}`,
          );
          expect(() => parse(attributePatch, body)).toThrow('known are');
        },
      ),
    );
  });
});
