import type { Request, Response } from 'express';
import { z } from 'zod';
import { parse } from '../../parse.ts';
import { listOf } from './query.ts';

/** How the one who asks wants to see an app. */
export interface AppView {
  /** Parts to leave out. */
  exclude: ReadonlySet<string>;
  /** Locales, the most wanted first; see {@link chooseLocale}. */
  wishes: readonly string[];
}

/** A language tag as BCP 47 has it, its parts not looked at: what a package has no texts for is not wrong. */
const localeTag = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i;
const LONGEST_TAG = 35;

const localeQuery = z.object({
  locale: z
    .string({ error: 'must be given once' })
    .max(LONGEST_TAG, { error: `must have ${LONGEST_TAG} characters at the most`, abort: true })
    .regex(localeTag, { error: 'must be a language tag, for example de or en-US' })
    .optional(),
});

/**
 * `?exclude=` and the locale: `?locale=` where it is given, else what the client accepts, by its q-values.
 *
 * @throws InvalidRequestError when `locale` is no language tag. What is wrong with the header is overlooked: browsers and
 * libraries send it unasked.
 */
export const readAppView = (req: Request): AppView => {
  const { locale } = parse(localeQuery, req.query);
  const wishes = locale === undefined ? req.acceptsLanguages() : [locale];
  return { exclude: listOf(req.query['exclude']), wishes };
};

/** Says what the texts of an answer depend on. */
export const varyByLanguage = (res: Response): void => {
  res.vary('Accept-Language');
};

/** Says in which languages the texts of an answer are, and what they depend on. */
export const setLanguages = (res: Response, locales: Iterable<string>): void => {
  const languages = [...new Set(locales)].toSorted();
  varyByLanguage(res);
  if (languages.length > 0) res.set('Content-Language', languages.join(', '));
};

/** `?include=app`: what is asked for shall come with its app. Words that mean nothing here are overlooked. */
export const includesApp = (req: Request): boolean => listOf(req.query['include']).has('app');
