import type { z } from 'zod';
import { strictBody } from '../../parse.ts';
import { fields } from './fields.ts';

/** Of a new custom app. An `id` may be there and means nothing: clients send what they were given elsewhere. */
export const newCustomApp = strictBody(
  {
    name: fields.name,
    codename: fields.codename.optional(),
    source_url: fields.source_url,
    config: fields.config.default(null),
    allowed_roles: fields.allowed_roles.default([]),
    display_mode: fields.display_mode.default('fullScreen'),
  },
  ['id'],
);

export type NewCustomApp = z.infer<typeof newCustomApp>;
