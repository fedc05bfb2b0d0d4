import type { Attributes, CatalogueApp } from '../../../db/catalogue.ts';
import type { AuditState } from '../../../domain/audit.ts';
import { isAbsoluteUrl, withoutUrlSecrets } from '../../../domain/public-url.ts';
import { listingFields, type Definition } from './definition.ts';
import { shortened } from './shortened.ts';

/** As this door keeps it. */
export const definitionOf = ({ attributes }: { attributes: Attributes }): Definition =>
  attributes['definition'] as Definition;

export const titleOf = ({ title, app }: Definition): string =>
  title === undefined || title.trim() === '' ? app : title;

/** The audit log tells what has changed, not whole pages. */
const LONGEST_AUDITED = 200;
/** Of a list: these members, and so much of each. */
const MOST_AUDITED = 5;
const LONGEST_MEMBER = 100;

const audited = (value: string | string[]): unknown =>
  typeof value === 'string'
    ? shortened(plain(value), LONGEST_AUDITED)
    : { number: value.length, first: value.slice(0, MOST_AUDITED).map((one) => shortened(plain(one), LONGEST_MEMBER)) };

/** The query of a URL may hold a token. */
const plain = (value: string): string => (isAbsoluteUrl(value) ? withoutUrlSecrets(value) : value);

/** What the audit log tells of an app: how its current version is listed, which holds no secrets. */
export const describeApp = (app: CatalogueApp): AuditState => {
  const definition = definitionOf(app.current);
  const listed = Object.keys(listingFields).flatMap((field) => {
    const value = definition[field as keyof typeof listingFields];
    return value === undefined ? [] : [[field, audited(value)] as const];
  });
  return { app: app.key, visibility: app.visibility, ...Object.fromEntries(listed) };
};
