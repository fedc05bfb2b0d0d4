import type { CatalogueVersion, CatalogueVersionChange } from '../../../db/catalogue.ts';
import { findVersionAttribute, listVersionOutlines, withAttributesOf } from '../../../db/catalogue-versions.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { AppError, invalidField } from '../../../errors.ts';
import { changeApp, type ReadVersions } from '../../../use-cases/catalogue/change-app.ts';
import { registerApp } from '../../../use-cases/catalogue/register-app.ts';
import { KIND } from './kind.ts';
import type { Attached } from './attachment-input.ts';
import {
  attachmentIdsOf,
  describeOffering,
  DRAFT,
  offeringOf,
  PUBLISHED,
  publishedCount,
  replaceAttachments,
  snapshotOf,
  type Offering,
} from './offering.ts';
import { defaultReference } from './offering-reference.ts';

/** For a promise: the catalogue knows keys, clients know the field. */
const referenceTaken = (err: unknown): never => {
  if (!(err instanceof AppError && err.code === 'key_taken')) throw err;
  throw invalidField('reference', 'has already been taken');
};

interface Write {
  accountId: number;
  actor: Actor;
}

const nothing = { externalId: null, parameters: [], requirements: [] };

/**
 * @param reference null: the usual one.
 * @returns the new offering's number.
 * @throws InvalidRequestError when the reference is taken.
 */
export const addOffering = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { accountId, actor, account }: Write & { account: string },
  { reference, ...offering }: Offering & { reference: string | null },
): Promise<number> => {
  const { id } = await registerApp(deps, {
    actor,
    app: {
      accountId,
      kind: KIND,
      key: reference ?? defaultReference(account, offering.name),
      externalId: null,
      name: offering.name,
      visibility: 'private',
      attributes: { ...offering },
    },
    version: { ...nothing, version: null, state: DRAFT, attributes: {} },
    attachments: attachmentIdsOf(offering),
    describe: describeOffering,
  }).catch(referenceTaken);
  return id;
};

/** Undefined leaves what is there. */
export type OfferingChange = Partial<Offering> & { reference?: string; attached?: Attached };

/**
 * Changes what is being worked on; what others see stays until it is published.
 *
 * @throws NotFoundError for what the account does not own; InvalidRequestError when the reference is taken, or frozen.
 */
export const changeOffering = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { accountId, actor, id }: Write & { id: number },
  { reference, attached, ...change }: OfferingChange,
): Promise<void> => {
  await changeApp(deps, {
    actor,
    ref: { accountId, kind: KIND, by: 'id', value: id },
    describe: describeOffering,
    ...(attached && { readVersions: readAttachments }),
    decide: (app, versions) => {
      const published = publishedCount(versions) > 0;
      if (reference !== undefined && reference !== app.key && published)
        throw invalidField('reference', 'cannot be changed any more: the app offering has been published');
      const offering: Offering = { ...offeringOf(app), ...change };
      if (attached) offering.attachments = replaceAttachments(offering.attachments ?? [], attached);
      return {
        ...(attached && { attachments: attachmentIdsOf(offering), versions: withOwnAttachments(versions) }),
        app: {
          key: reference ?? app.key,
          name: published ? app.name : offering.name,
          attributes: { ...offering },
        },
      };
    },
  }).catch(referenceTaken);
};

/**
 * Reads the versions of an offering with their attachments. Those from a release without attachments, which are written
 * anew, are read with all their attributes.
 */
const readAttachments: ReadVersions = async (tx, { id: appId }) => {
  const versions = await listVersionOutlines(tx, appId);
  const published = versions.filter(({ state }) => state === PUBLISHED).map(({ id }) => id);
  const attachments = await findVersionAttribute(tx, appId, { ids: published, name: 'attachments' });
  for (const version of versions) {
    const given = attachments.get(version.id);
    if (Array.isArray(given)) version.attributes = { attachments: given };
  }
  return withAttributesOf(tx, appId, { versions, ids: published.filter((id) => !Array.isArray(attachments.get(id))) });
};

/** Versions of a release without attachments, told that they have none: else they would show those of the app. */
const withOwnAttachments = (versions: readonly CatalogueVersion[]): CatalogueVersionChange[] =>
  versions
    .filter(({ state, attributes }) => state === PUBLISHED && attributes['attachments'] === undefined)
    .map(({ id, attributes }) => ({ id, attributes: { ...attributes, attachments: [] } }));

/**
 * Shows an offering, as it is now, to all accounts: a new version, numbered from 1.
 *
 * @throws NotFoundError for what the account does not own.
 */
export const publishOffering = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { accountId, actor, id }: Write & { id: number },
): Promise<void> => {
  await changeApp(deps, {
    actor,
    ref: { accountId, kind: KIND, by: 'id', value: id },
    describe: describeOffering,
    decide: (app, versions) => {
      const offering = offeringOf(app);
      return {
        app: { name: offering.name, visibility: 'public' },
        addVersion: {
          ...nothing,
          version: String(publishedCount(versions) + 1),
          state: PUBLISHED,
          attributes: snapshotOf(offering),
        },
        attachments: attachmentIdsOf(offering),
        current: 'added',
      };
    },
  });
};
