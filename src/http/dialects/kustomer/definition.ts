import { z } from 'zod';
import { isStorable } from '../../../domain/storable-text.ts';
import { strictBody } from '../../parse.ts';
import { componentKeys } from './components.ts';
import { isObject } from './json.ts';
import { isVersion } from './versions.ts';

const MAX_LINE = 255;
const MAX_URL = 2_000;
const MAX_TEXT = 50_000;
/** A namespaced name: 128 characters, an underscore, the organisation's id. */
const MAX_NAME = 153;
const MAX_LIST = 250;
/** Members of an object, or of a list of which nothing is known. */
const MAX_MEMBERS = 1_000;

const text = (max: number) =>
  z
    .string({ error: 'must be a text' })
    .max(max, { error: `must have ${max} characters at the most` })
    .refine(isStorable, { error: 'must hold neither NUL characters nor broken surrogate pairs' });
const line = text(MAX_LINE);
/** Not looked at any further: real definitions have addresses without a scheme and placeholders. */
const url = text(MAX_URL);

const list = <Item extends z.ZodType>(item: Item, what: string) =>
  z
    .array(item, { error: `must be a list of ${what}` })
    .max(MAX_LIST, { error: `must have ${MAX_LIST} members at the most` });
const texts = list(line, 'texts');

const isSmall = (value: object): boolean => Object.keys(value).length <= MAX_MEMBERS;
const tooMany = { error: `must have ${MAX_MEMBERS} members at the most` };
/** As it is: a copy would lose a member that is called `__proto__`. */
const object = z.custom<Record<string, unknown>>(isObject, { error: 'must be an object' }).refine(isSmall, tooMany);
const anything = z.unknown().refine((value) => typeof value !== 'object' || value === null || isSmall(value), tooMany);
const flag = z.boolean({ error: 'must be true or false' });

/** What may be changed of a version that is registered. */
export const listingFields = {
  title: line,
  iconUrl: url,
  description: text(MAX_TEXT),
  vendor: line,
  website: url,
  screenshots: list(url, 'addresses'),
  instructions: text(MAX_TEXT),
  releaseNotesUrl: url,
  postInstallMessage: text(MAX_TEXT),
} as const;

const required = {
  app: text(MAX_NAME),
  version: z
    .string({ error: 'must be a text' })
    .refine(isVersion, { error: 'must be a semantic version without build metadata, for example 0.0.1' }),
};

const optional = {
  ...listingFields,
  identifier: line,
  visibility: z.enum(['private', 'public'], { error: 'must be private or public' }),
  installUrl: url,
  setupUrl: url,
  url,
  appDetails: object,
  dependencies: texts,
  tags: texts,
  changelog: object,
  roles: texts,
  auth: anything,
  redirectUris: list(url, 'addresses'),
  inboundHookUris: anything,
  meta: object,
  env: anything,
  default: flag,
  system: flag,
  clientId: line,
  clientSecret: text(MAX_URL),
  settings: object,
  settingsPageConfig: object,
  i18n: object,
  shortcuts: list(z.unknown(), 'texts'),
  dataSubscriptions: texts,
};

const components = list(object, 'objects');

const optionalOf = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).partial().shape;

/** A whole definition: its own members are known, what is in its components is not. */
export const definitionBody = strictBody({
  ...required,
  ...optionalOf(optional),
  ...optionalOf(
    Object.fromEntries(componentKeys.map((key) => [key, components])) as Record<
      (typeof componentKeys)[number],
      typeof components
    >,
  ),
});

export type Definition = z.infer<typeof definitionBody>;

/** What is changed of a version that is registered. */
export const listingBody = strictBody(optionalOf(listingFields));

export type Listing = z.infer<typeof listingBody>;
