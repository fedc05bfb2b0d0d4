import { setImmediate as nextTurn } from 'node:timers/promises';
import { findRenderedTexts } from '../../db/rendered-texts.ts';
import type { Deps } from '../../deps.ts';
import { plainTextAsHtml } from '../../domain/texts/plain-text.ts';
import { RENDERER_VERSION } from '../../domain/texts/renderer-version.ts';
import { textDigest } from '../../domain/texts/text-digest.ts';

/** An app, and those of its texts that are shown as HTML. Null and the empty text have none. */
interface AppTexts {
  id: number;
  texts: { longDescription: string | null; installationInstructions: string | null };
}

/** Gives the HTML of a text that was read. */
export type HtmlOf = (text: string | null) => string;

export interface HtmlReader {
  /**
   * Reads the HTML of a chunk of apps: one round trip, none where they have no texts. Nothing is rendered here: a text
   * whose HTML is not stored, or of an older version of the renderer, is given as plain text, and its rendering is
   * requested.
   */
  read(apps: readonly AppTexts[]): Promise<HtmlOf>;
}

/** Apps of one request whose rendering is requested; the sweep, and later requests, find the others. */
const MOST_REQUESTED = 20;

/** Reads the HTML of texts for one request. */
export const createHtmlReader = ({ db, textQueue }: Pick<Deps, 'db' | 'textQueue'>): HtmlReader => {
  let left = MOST_REQUESTED;

  return {
    async read(apps) {
      const digests = new Map(apps.flatMap(textsOf).map((text) => [text, textDigest(text)]));
      if (digests.size === 0) return () => '';
      const stored = await findRenderedTexts(db, [...digests.values()], RENDERER_VERSION);
      const isMissing = (text: string): boolean => !stored.has(digests.get(text)!);
      const missing = apps.filter((app) => textsOf(app).some(isMissing)).map(({ id }) => id);
      left -= textQueue.request(missing, left);
      const plain = await plainTexts(
        [...digests.keys()].filter((text) => typeof stored.get(digests.get(text)!) !== 'string'),
      );
      return (text) => (isEmpty(text) ? '' : (plain.get(text) ?? stored.get(digests.get(text)!) ?? ''));
    },
  };
};

/** A chunk of a list has 256 KiB of texts, or one app: its texts are escaped one after the other, with turns for other work. */
const plainTexts = async (texts: readonly string[]): Promise<Map<string, string>> => {
  const plain = new Map<string, string>();
  for (const text of texts) {
    plain.set(text, await plainTextAsHtml(text));
    await nextTurn();
  }
  return plain;
};

const isEmpty = (text: string | null): text is null | '' => text === null || text === '';

const textsOf = ({ texts: { longDescription, installationInstructions } }: AppTexts): string[] =>
  [longDescription, installationInstructions].filter((text) => !isEmpty(text)) as string[];
