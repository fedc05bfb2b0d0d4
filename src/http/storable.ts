import type { z } from 'zod';
import { isStorable } from '../domain/storable-text.ts';

export const NOT_STORABLE = 'must hold neither NUL characters nor broken surrogate pairs';

/** A text that the database can keep. */
export const storable = <Text extends z.ZodType<string>>(text: Text): Text =>
  text.refine(isStorable, { error: NOT_STORABLE });
