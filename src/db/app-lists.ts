import type { AppDefinition, Product } from '../domain/package/definition.ts';
import { listingTexts, type ListingTexts } from '../domain/package/listing-texts.ts';
import {
  appColumns,
  parameterBytesOf,
  reachable,
  reachableOne,
  valuesOf,
  visible,
  type App,
  type AppOutline,
  type AppRef,
} from './apps.ts';
import { firstChunk, readByIds, readInChunks, type Found, type Placed } from './chunks.ts';
import type { Queryable } from './pool.ts';

/** An app as a list shows it: with its texts in one locale. */
export interface ListedApp extends Omit<App, 'definition'> {
  definition: Omit<AppOutline, UnlistedField>;
  locale: string;
  texts: ListingTexts;
}

const unlisted = [
  'locations',
  'domainWhitelist',
  'oauth',
  'termsUrl',
  'remoteInstallationUrl',
] as const satisfies (keyof AppOutline)[];
type UnlistedField = (typeof unlisted)[number];

/** Chooses among the locales of an app. */
export type ChooseLocale = (locales: string[], defaultLocale: string) => string;

export interface AppFilter {
  accountId: number;
  /** The door whose apps are listed. */
  kind: string;
  /** Only those the account registered itself; otherwise also those published to all. */
  ownedOnly: boolean;
  /** Only those whose current version can be installed in this product. Left out: all. */
  installableIn?: Product;
}

/** With the account as $1, the kind as $2 and the product, or null, as $3. */
const listed = ({ ownedOnly }: AppFilter): string => `${ownedOnly ? 'a.account_id = $1' : visible} and a.kind = $2
  and ($3::text is null or exists (select 1 from app_versions p where p.id = a.version_id
    and p.outline -> 'products' ? $3 and p.outline ->> 'marketingOnly' is distinct from 'true'))`;

const filterValues = ({ accountId, kind, installableIn }: AppFilter): unknown[] => [
  accountId,
  kind,
  installableIn ?? null,
];

/** The newest app that a list of the newest `most` leaves out; 0 when it has them all. */
export const lastUnlistedApp = async (db: Queryable, filter: AppFilter, most: number): Promise<number> => {
  const { rows } = await db.query<{ id: number }>(
    `select a.id from apps a where ${listed(filter)} order by a.id desc offset $4 limit 1`,
    [...filterValues(filter), most],
  );
  return rows[0]?.id ?? 0;
};

/** Reads the apps of a list after an id, in the order of their ids, chunk by chunk. */
export const readApps = async function* (
  db: Queryable,
  { filter, after }: { filter: AppFilter; after: number },
  choose: ChooseLocale,
): AsyncGenerator<ListedApp[], void, undefined> {
  const { accountId } = filter;
  const keys = readByIds(after, (beyond, most) =>
    localesOf(db, { where: `${listed(filter)} and a.id > $4`, values: [...filterValues(filter), beyond], most }),
  );
  for await (const chunk of keys)
    yield* readInChunks(chunk.map(chosenBy(choose)), (apps) => loadChosen(db, accountId, apps));
};

/** Reads apps that the account may see or has installed, in the order of their ids, chunk by chunk. */
export const readAppsById = async function* (
  db: Queryable,
  { accountId, ids }: { accountId: number; ids: readonly number[] },
  choose: ChooseLocale,
): AsyncGenerator<ListedApp[], void, undefined> {
  const keys = readByIds(0, (beyond, most) =>
    localesOf(db, { where: `${reachable} and a.id = any($2) and a.id > $3`, values: [accountId, ids, beyond], most }),
  );
  for await (const chunk of keys)
    yield* readInChunks(chunk.map(chosenBy(choose)), (apps) => loadChosen(db, accountId, apps));
};

/** Finds an app that the account may see or has installed. Two round trips. */
export const findListedApp = async (
  db: Queryable,
  ref: AppRef,
  choose: ChooseLocale,
): Promise<ListedApp | undefined> => {
  const [found] = await localesOf(db, { where: reachableOne, values: valuesOf(ref), most: 1 });
  return found && (await loadChosen(db, ref.accountId, [chosenBy(choose)(found)]))[0];
};

interface AppLocales {
  id: number;
  defaultLocale: string;
  locales: string[];
}

/** The locales of the first apps in the order of their ids. */
const localesOf = async (
  db: Queryable,
  { where, values, most }: { where: string; values: unknown[]; most: number },
): Promise<Found<AppLocales>[]> => {
  const { rows } = await db.query<Found<AppLocales>>(
    `with found as (
       select a.id, a.version_id from apps a where ${where} order by a.id limit $${values.length + 1}),
     weighed as (
       select f.id as place, f.version_id,
         (select coalesce(sum(octet_length(t.locale) + 10), 0)::bigint from version_texts t
          where t.version_id = f.version_id) as bytes from found f)
     select c.place as id, c.found, v.outline ->> 'defaultLocale' as "defaultLocale",
       array(select t.locale from version_texts t where t.version_id = v.id) as locales
     from ${firstChunk('select * from weighed')} c join app_versions v on v.id = c.version_id order by c.place`,
    [...values, most],
  );
  return rows;
};

interface ChosenApp {
  id: number;
  locale: string;
}

const chosenBy =
  (choose: ChooseLocale) =>
  ({ id, locales, defaultLocale }: AppLocales): ChosenApp => ({ id, locale: choose(locales, defaultLocale) });

/** Texts of the locales that matter: the chosen one, and the default one for what that lacks. */
const chosenTexts = `from version_texts t where t.version_id = v.id and t.locale in (k.locale, v.outline ->> 'defaultLocale')`;

const weighed = `
  select k.place, k.id, k.locale, v.id as version_id,
    coalesce(v.outline_bytes, 0) + octet_length(a.name) + coalesce(octet_length(a.short_description), 0)
      + octet_length(a.categories::text) + ${parameterBytesOf('v.id')}
      + (select coalesce(sum(t.bytes), 0) ${chosenTexts}) as bytes
  from unnest($2::bigint[], $3::text[]) with ordinality k (id, locale, place)
    join apps a on a.id = k.id join app_versions v on v.id = a.version_id
  where ${reachable}`;

type Translations = AppDefinition['translations'];

/** The first chunk of these apps. */
const loadChosen = async (
  db: Queryable,
  accountId: number,
  apps: readonly ChosenApp[],
): Promise<Placed<ListedApp>[]> => {
  const { rows } = await db.query<Placed<Omit<ListedApp, 'texts'> & { translations: Translations }>>(
    `select k.place, k.locale, ${appColumns}, v.outline - $4::text[] as definition,
       (select coalesce(jsonb_object_agg(t.locale, t.texts), '{}') ${chosenTexts}) as translations
     from ${firstChunk(weighed)} k join apps a on a.id = k.id join app_versions v on v.id = k.version_id
     order by k.place`,
    [accountId, apps.map(({ id }) => id), apps.map(({ locale }) => locale), unlisted],
  );
  return rows.map(({ translations, ...app }) => ({
    ...app,
    texts: listingTexts({ ...app.definition, translations }, app.locale),
  }));
};

/** The texts under `app` of some locales of a version, whole. */
export const findAppTexts = async (db: Queryable, versionId: number, locales: string[]): Promise<Translations> => {
  const { rows } = await db.query<{ translations: Translations }>(
    `select coalesce(jsonb_object_agg(l, jsonb_build_object('app', v.definition #> array['translations', l, 'app'])), '{}')
       as translations
     from app_versions v cross join unnest($2::text[]) l where v.id = $1 and v.definition -> 'translations' ? l`,
    [versionId, locales],
  );
  return rows[0]!.translations;
};
