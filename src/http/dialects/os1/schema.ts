import { z } from 'zod';
import { strictBody } from '../../parse.ts';
import { storable } from '../../storable.ts';
import { fields, urlFields, visibilityFields } from './fields.ts';
import { actions } from './lifecycle.ts';

/** Null removes what may be missing. */
const removable = <Type extends z.ZodType>(type: Type) => type.nullable().optional();

const visibility = strictBody({
  isPrivate: removable(visibilityFields.isPrivate),
  permissionType: removable(visibilityFields.permissionType),
  orgIdentifiers: removable(visibilityFields.orgIdentifiers),
});

const url = strictBody({
  relativePath: removable(urlFields.relativePath),
  stackId: removable(urlFields.stackId),
  server: removable(urlFields.server),
  interface: removable(urlFields.interface),
  admin: removable(urlFields.admin),
  setting: removable(urlFields.setting),
  userGuide: removable(urlFields.userGuide),
  gitInfo: removable(urlFields.gitInfo),
});

const optionalAttributes = {
  visibility: removable(visibility),
  url: removable(url),
  shortDescription: removable(fields.shortDescription),
  longDescription: removable(fields.longDescription),
  categories: removable(fields.categories),
  menu: removable(fields.menu),
  packageName: removable(fields.packageName),
};

/** Of RegisterApp. Null says that there is none, as it does later. */
export const newApp = strictBody({
  displayName: fields.displayName,
  type: fields.type,
  listingId: fields.listingId,
  version: fields.version,
  isConsoleCompatible: fields.isConsoleCompatible,
  ...optionalAttributes,
});
export type NewApp = z.infer<typeof newApp>;

const fixed = z.never({ error: 'is said when an app is registered and stays as it is' }).optional();

/** Of UpdateApp: any of them; null for one that every app has is refused. */
export const attributePatch = strictBody({
  displayName: fields.displayName.optional(),
  type: fixed,
  listingId: fields.listingId.optional(),
  version: fixed,
  isConsoleCompatible: fields.isConsoleCompatible.optional(),
  ...optionalAttributes,
});
export type AttributePatch = z.infer<typeof attributePatch>;

export const newVersion = strictBody({
  version: fields.version,
  parentVersion: z.string({ error: 'must be a version of this app, or its id' }).nullable().optional(),
});
export type NewVersion = z.infer<typeof newVersion>;

export const stateChange = strictBody({
  action: z.enum(actions, { error: `must be one of ${actions.join(', ')}` }),
});

const MAX_QUERY_TEXT = 255;
const once = z.string({ error: 'must be given once' }).trim().min(1, { error: 'must not be empty' });

/** Of RegisterApp; what else is in the query means nothing. */
export const registration = z.object({
  organizationId: once,
  teamId: storable(once.max(MAX_QUERY_TEXT, { error: `must have ${MAX_QUERY_TEXT} characters at the most` })),
});

/** A page is put together in memory, and each app can have some thousand characters in it. */
const MOST_LISTED = 50;

export const listing = z.object({
  limit: z
    .string({ error: 'must be given once' })
    .regex(/^[1-9]\d?$/, { error: `must be a whole number from 1 to ${MOST_LISTED}` })
    .transform(Number)
    .refine((limit) => limit <= MOST_LISTED, { error: `must be a whole number from 1 to ${MOST_LISTED}` })
    .default(MOST_LISTED),
  after: z.string({ error: 'must be given once' }).optional(),
});
