import type { Request } from 'express';
import { isUuid } from '../../../domain/uuid.ts';
import { isCodename } from './fields.ts';

/** What stands after the collection in a path: `{id}` or `codename/{codename}`. */
export interface Reference {
  /** Undefined: nothing can be called so. */
  by: 'id' | 'codename' | undefined;
  value: string;
}

/** Paths below a collection, for routes that take either form. */
export const REFERENCE_PATHS = ['/codename/:codename', '/:id'];

export const referenceOf = (req: Request): Reference => {
  const { id, codename } = req.params as { id?: string; codename?: string };
  if (codename !== undefined) return { by: isCodename(codename) ? 'codename' : undefined, value: codename };
  return isUuid(id ?? '') ? { by: 'id', value: id!.toLowerCase() } : { by: undefined, value: id ?? '' };
};
