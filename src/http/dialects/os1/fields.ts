import { parse as parseSemver } from 'semver';
import { z } from 'zod';
import { strictBody } from '../../parse.ts';
import { storable } from '../../storable.ts';
import { appTypes, permissionTypes, urlNames } from './attributes.ts';

// The vendor publishes no limits; these are ours. Of characters as JavaScript counts them: UTF-16 units.
const MAX_NAME = 255;
const MAX_SHORT = 1_000;
const MAX_LONG = 20_000;
const MAX_URL = 2_000;
const MAX_VERSION = 100;
const MAX_CATEGORY = 100;
const MOST_CATEGORIES = 50;
const MOST_MENU_ITEMS = 50;
const MOST_ORGANIZATIONS = 1_000;
const LAST_PLACE = 1_000_000;

const text = (max: number) =>
  storable(z.string({ error: 'must be a text' }).max(max, { error: `must have ${max} characters at the most` }));
const words = (max: number) => text(max).refine((value) => value.trim() !== '', { error: 'must not be empty' });
const flag = z.boolean({ error: 'must be true or false' });
const list = <Item extends z.ZodType>(item: Item, most: number, of: string) =>
  z.array(item, { error: `must be a list of ${of}` }).max(most, { error: `must have ${most} ${of} at the most` });

/** With three numbers and nothing in front of them. */
const isVersion = (version: string): boolean => /^\d/.test(version) && !/\s/.test(version) && !!parseSemver(version);

/** The Console makes links of them: `javascript:` and the like would run in its page. */
const hasOnlySchemes =
  (...protocols: string[]) =>
  (url: string): boolean =>
    !URL.canParse(url) || protocols.includes(new URL(url).protocol);
const address = (...schemes: string[]) =>
  text(MAX_URL)
    .refine((url) => !/\s/.test(url), { error: 'must not hold spaces' })
    .refine(hasOnlySchemes(...schemes.map((scheme) => `${scheme}:`)), {
      error: `must be a path or an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    });

const urls = Object.fromEntries(urlNames.map((name) => [name, address('https', 'http')])) as Record<
  (typeof urlNames)[number],
  ReturnType<typeof address>
>;

const menuItem = strictBody({
  displayName: words(MAX_NAME),
  displayOrder: z
    .number({ error: 'must be a number' })
    .min(0, { error: 'must be 0 or more' })
    .max(LAST_PLACE, { error: `must be ${LAST_PLACE} at the most` })
    .optional(),
  relativePath: address('https', 'http'),
});

/** What each attribute must be where it is there. */
export const fields = {
  displayName: words(MAX_NAME),
  type: z.enum(appTypes, { error: `must be one of ${appTypes.join(', ')}` }),
  listingId: words(MAX_NAME),
  version: text(MAX_VERSION).refine(isVersion, { error: 'must be a version such as 1.0.0 (semver)' }),
  isConsoleCompatible: flag,
  shortDescription: text(MAX_SHORT),
  longDescription: text(MAX_LONG),
  categories: list(words(MAX_CATEGORY), MOST_CATEGORIES, 'texts'),
  menu: list(menuItem, MOST_MENU_ITEMS, 'items'),
  packageName: words(MAX_NAME),
};

/** A subdomain. With a stray space it would name nobody, and a DENY would let in whom it was to keep out. */
const shortName = z.string({ error: 'must be a text' }).regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i, {
  error: 'must be the short name of an organization: 1 to 63 of a-z, 0-9 and hyphens',
});

export const visibilityFields = {
  isPrivate: flag,
  permissionType: z.enum(permissionTypes, { error: `must be one of ${permissionTypes.join(', ')}` }),
  orgIdentifiers: list(shortName, MOST_ORGANIZATIONS, 'short names of organizations'),
};

export const urlFields = {
  ...urls,
  stackId: words(MAX_NAME),
  // Repositories are also reached by SSH.
  gitInfo: address('https', 'http', 'ssh', 'git'),
};
