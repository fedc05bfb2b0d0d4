import { z } from 'zod';
import { isUuid } from '../../../domain/uuid.ts';
import { MOST_ROLES } from '../../../use-cases/environments/list-roles.ts';
import { storable } from '../../storable.ts';
import { displayModes } from './custom-app.ts';

/** Of characters as JavaScript and .NET count them: UTF-16 units. */
const MAX_NAME = 200;
const MAX_CODENAME = 60;
const MAX_SOURCE_URL = 250;
const MAX_CONFIG = 100_000;

/** Without a slash, so that it is one segment of a path; with hyphens and capitals, which real codenames have. */
const CODENAME = /^[\w-]+$/;

const text = (max: number) =>
  storable(z.string({ error: 'must be a text' }).max(max, { error: `must have ${max} characters at the most` }));

/** Pages are shown in frames: `javascript:` and the like would run in the page around it. */
const isWebAddress = (url: string): boolean =>
  URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol) && !/\s/.test(url);

const roleReference = z
  .strictObject(
    {
      id: z.string({ error: 'must be a UUID' }).refine(isUuid, { error: 'must be a UUID' }).optional(),
      codename: z.string({ error: 'must be a text' }).optional(),
    },
    {
      error: ({ code }) =>
        code === 'unrecognized_keys' ? 'is unknown; a role is named by id or codename' : 'must be an object',
    },
  )
  .refine(({ id, codename }) => (id === undefined) !== (codename === undefined), {
    error: 'must have either an id or a codename',
  });

export type RoleReference = z.infer<typeof roleReference>;

/** Of one list; an answer names no more. A body may have a hundred lists with a thousand members each. */
const MOST_FAULTS = 20;

const roleReferences = z
  .array(z.unknown(), { error: 'must be a list of roles, each {"id": …} or {"codename": …}' })
  .max(MOST_ROLES, { error: `must have ${MOST_ROLES} roles at the most` })
  .transform((list, ctx) => {
    const references: RoleReference[] = [];
    let faults = 0;
    for (const [i, one] of list.entries()) {
      const read = roleReference.safeParse(one);
      if (read.success) references.push(read.data);
      else if ((faults += 1) > MOST_FAULTS) {
        ctx.addIssue({ code: 'custom', message: `has more faults than these ${MOST_FAULTS}` });
        break;
      } else
        for (const { path, ...issue } of read.error.issues) ctx.addIssue({ ...issue, path: [i, ...path] } as never);
    }
    return references;
  });

/** What the fields of a custom app must be. */
export const fields = {
  name: text(MAX_NAME).refine((name) => name.trim() !== '', { error: 'must not be empty' }),
  codename: text(MAX_CODENAME).refine((codename) => CODENAME.test(codename), {
    error: 'must have 1 or more of the characters A-Z a-z 0-9 _ - and no others',
  }),
  source_url: text(MAX_SOURCE_URL).refine(isWebAddress, {
    error: 'must be an address that begins with https:// or http://',
  }),
  config: text(MAX_CONFIG).nullable(),
  allowed_roles: roleReferences,
  display_mode: z.enum(displayModes, { error: `must be one of ${displayModes.join(', ')}` }),
};

export const isCodename = (value: string): boolean => fields.codename.safeParse(value).success;
