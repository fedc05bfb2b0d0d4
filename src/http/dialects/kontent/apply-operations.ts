import { InvalidRequestError } from '../../../errors.ts';
import type { CustomApp } from './custom-app.ts';
import { fields } from './fields.ts';
import type { Operation } from './operations.ts';
import { resolveRoles, type RoleBook } from './role-references.ts';

/** An answer names fifty; a body may have a hundred times a thousand. */
const ENOUGH_PROBLEMS = 1_000;

type Problems = Map<string, string[]>;

/**
 * Takes the steps one after the other. Of texts only the end counts: one that is too long may be replaced by a later
 * step. A role must be there in any case. To add a role that is allowed already, or to remove one that is not, is fine.
 *
 * @throws InvalidRequestError that names every value that is wrong; nothing is to be changed then.
 */
export const applyOperations = (before: CustomApp, steps: readonly Operation[], book: RoleBook): CustomApp => {
  const after: CustomApp = { ...before };
  const problems: Problems = new Map();
  /** Which step has set a property last. */
  const setBy = new Map<'name' | 'codename' | 'source_url' | 'config', number>();
  for (const [i, step] of steps.entries()) {
    if (problems.size >= ENOUGH_PROBLEMS) break;
    switch (step.property) {
      case 'allowed_roles':
        after.allowed_roles = stepRoles(after.allowed_roles, step, { book, problems, at: `${i}.value` });
        continue;
      case 'display_mode':
        after.display_mode = step.value;
        continue;
      case 'config':
        after.config = step.value;
        break;
      case 'name':
      case 'codename':
      case 'source_url':
        after[step.property] = step.value;
    }
    setBy.set(step.property, i);
  }
  for (const [property, i] of setBy) {
    const messages = fields[property].safeParse(after[property]).error?.issues.map(({ message }) => message);
    if (messages) problems.set(`${i}.value`, messages);
  }
  if (problems.size > 0)
    throw new InvalidRequestError('The operations cannot be carried out.', Object.fromEntries(problems));
  return after;
};

interface At {
  book: RoleBook;
  problems: Problems;
  at: string;
}

const stepRoles = (
  allowed: string[],
  { op, value }: Extract<Operation, { property: 'allowed_roles' }>,
  { book, problems, at }: At,
): string[] => {
  const { ids, problems: found } = resolveRoles(value, book);
  for (const { path, message } of found) problems.set(`${at}.${path}`, [message]);
  if (op === 'replace') return ids;
  if (op === 'addInto') return [...new Set([...allowed, ...ids])];
  const gone = new Set(ids);
  return allowed.filter((id) => !gone.has(id));
};
