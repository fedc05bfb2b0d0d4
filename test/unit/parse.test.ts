import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { buildBody, installBody, updateInstallationBody } from '../../src/http/dialects/zendesk/schema.ts';
import { parse } from '../../src/http/parse.ts';
import type { z } from 'zod';

const descriptionOf = (schema: z.ZodType, input: unknown): string => {
  try {
    parse(schema, input);
  } catch (err) {
    if (err instanceof AppError) return err.message;
    throw err;
  }
  return 'accepted';
};

describe('a body', () => {
  it.each([[[]], [{}], [5], [{ length: 0 }]])('is refused for what is no text with only that: %j', (value) => {
    expect(descriptionOf(buildBody.schema, { upload_id: 1, short_description: value })).toBe(
      'short_description: must be a text',
    );
  });

  it.each([
    [[true], 'group_restrictions.0: must be an id or a name'],
    [[1e20], 'group_restrictions.0: must be an id or a name'],
    [[''], 'group_restrictions.0: must not be empty'],
    [Array.from({ length: 1_001 }, String), 'group_restrictions: must have 1000 entries at the most'],
    ['Sales', 'group_restrictions: must be a list of ids or names'],
  ])('is refused for restrictions by what is wrong with them: %j', (value, description) => {
    expect(descriptionOf(updateInstallationBody.schema, { group_restrictions: value })).toBe(description);
  });

  it.each([-1, 1e20, 0, 1.5, true])('is refused for an id that is no positive whole number: %j', (value) => {
    expect(descriptionOf(installBody.schema, { app_id: value, settings: { name: 'x' } })).toBe(
      'app_id: must be a positive whole number',
    );
  });

  it.each([
    ['zendesk', 'support'],
    ['zopim', 'chat'],
    ['lotus_box', 'standalone_chat'],
    ['sell', 'sell'],
  ])('takes a product by either name that it has in a path: %s', (word, product) => {
    expect(parse(installBody.schema, { app_id: 1, settings: { name: 'x' }, product: word })).toMatchObject({ product });
  });

  it.each(['v2', 'explore', '__proto__', ''])(
    'is refused for a product called %j, with those that there are',
    (word) => {
      expect(descriptionOf(installBody.schema, { app_id: 1, settings: { name: 'x' }, product: word })).toBe(
        'product: must be one of support, chat, standalone_chat, sell, zendesk, zopim, lotus_box',
      );
    },
  );
});
