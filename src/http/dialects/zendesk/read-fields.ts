import type { Request } from 'express';
import type { z } from 'zod';
import { invalidField } from '../../../errors.ts';
import { isForm } from '../../accept-fields.ts';
import { ignoredFields, parse, type LenientBody } from '../../parse.ts';
import { readFormFields } from './form-fields.ts';

export interface ReadFields<Fields> {
  fields: Fields;
  /** All that was sent, out of its wrapper. */
  sent: Readonly<Record<string, unknown>>;
  /** Names of the fields that were ignored. */
  ignored: readonly string[];
}

/** What a wrapped body is called: `{"installation": {…}}`. */
const WRAPPER = 'installation';

/**
 * Reads the fields of a body that was JSON or a form.
 *
 * @param options.wrapped takes the fields also inside of `installation`.
 * @throws InvalidRequestError that names each field that is missing or wrong.
 */
export const readFields = <Schema extends z.ZodType>(
  req: Request,
  body: LenientBody<Schema>,
  { wrapped = false } = {},
): ReadFields<z.infer<Schema>> => {
  const all = req.body as Record<string, unknown>;
  const { inside, outside } = wrapped ? unwrap(all, body.known) : { inside: all, outside: [] };
  const sent = isForm(req) ? readFormFields(inside) : inside;
  const fields = parse(body.schema, sent);
  const ignored = [...outside, ...ignoredFields(body, sent), ...ignoredMembers(sent)];
  return { fields, sent, ignored };
};

/** @throws InvalidRequestError when fields stand both inside and outside of the wrapper, or it is no object. */
const unwrap = (body: Record<string, unknown>, known: ReadonlySet<string>) => {
  if (!Object.hasOwn(body, WRAPPER)) return { inside: body, outside: [] };
  const { [WRAPPER]: inside, ...others } = body;
  if (typeof inside !== 'object' || inside === null || Array.isArray(inside))
    throw invalidField(WRAPPER, 'must be an object with the fields of the installation');
  const outside = Object.keys(others);
  const both = outside.find((name) => known.has(name));
  if (both !== undefined) throw invalidField(WRAPPER, `cannot be combined with ${both}: send all fields inside of it`);
  return { inside: inside as Record<string, unknown>, outside };
};

const SETTING_MEMBERS: ReadonlySet<string> = new Set(['name', 'value']);

/** Unknown members of the list of settings. */
const ignoredMembers = ({ settings_objects: list }: Readonly<Record<string, unknown>>): string[] =>
  (Array.isArray(list) ? (list as unknown[]) : [])
    .flatMap((one) => (typeof one === 'object' && one !== null ? Object.keys(one) : []))
    .filter((name) => !SETTING_MEMBERS.has(name))
    .map((name) => `settings_objects.${name}`);
