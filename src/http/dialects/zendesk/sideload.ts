import { readAppsById } from '../../../db/app-lists.ts';
import type { Deps } from '../../../deps.ts';
import { createHtmlReader } from '../../../use-cases/texts/read-html.ts';
import type { AppView } from './app-view.ts';
import { localeFor, presentApp, type AppUrls } from './present-app.ts';

/** Of presented apps, in characters: so much is kept for the next installations of the same apps. */
const KEPT = 512 * 1024;

interface Sideload {
  /** The locales of the apps so far. */
  locales: ReadonlySet<string>;
  /** Presents each item with its app, as JSON texts. Items of the same app stand in many chunks, so apps are kept. */
  into<T extends { appId: number }>(
    chunks: AsyncIterable<T[]>,
    present: (item: T) => object,
  ): AsyncGenerator<string[], void, undefined>;
}

/** `include=app`: each installation with its app. */
export const createSideload = (
  deps: Pick<Deps, 'db' | 'textQueue'>,
  { accountId, urls, view }: { accountId: number; urls: AppUrls; view: AppView },
): Sideload => {
  const locales = new Set<string>();
  const kept = new Map<number, string>();
  const html = createHtmlReader(deps);

  /** Reads apps until so many are there as may be kept; at least the first one. */
  const load = async (ids: number[]): Promise<void> => {
    kept.clear();
    let length = 0;
    for await (const apps of readAppsById(deps.db, { accountId, ids }, localeFor(view))) {
      const htmlOf = await html.read(apps);
      for (const app of apps) {
        const text = JSON.stringify(presentApp(app, { urls, view, htmlOf }));
        locales.add(app.locale);
        kept.set(app.id, text);
        length += text.length;
      }
      if (length >= KEPT) return;
    }
    // Those that are gone have been looked for too.
    for (const id of ids) if (!kept.has(id)) kept.set(id, 'null');
  };

  const withApp = (item: object, appId: number): string =>
    `${JSON.stringify(item).slice(0, -1)},"app":${kept.get(appId) ?? 'null'}}`;

  return {
    locales,
    into: async function* (chunks, present) {
      for await (const chunk of chunks) {
        for (const [index, item] of chunk.entries()) {
          if (!kept.has(item.appId)) await load(idsFrom(chunk, index));
          yield [withApp(present(item), item.appId)];
        }
      }
    },
  };
};

/** The apps of these items from one on: the first one's is the smallest, so that it is read first. */
const idsFrom = (items: readonly { appId: number }[], start: number): number[] => {
  const first = items[start]!.appId;
  return [...new Set(items.slice(start).map(({ appId }) => appId))].filter((id) => id >= first);
};
