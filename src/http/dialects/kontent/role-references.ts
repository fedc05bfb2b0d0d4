import type { EnvironmentRole } from '../../../use-cases/environments/list-roles.ts';
import type { RoleReference } from './fields.ts';

/** Finds roles by what clients call them. */
export interface RoleBook {
  byId: ReadonlyMap<string, EnvironmentRole>;
  byCodename: ReadonlyMap<string, EnvironmentRole>;
}

export const createRoleBook = (roles: readonly EnvironmentRole[]): RoleBook => ({
  byId: new Map(roles.map((role) => [role.id, role])),
  byCodename: new Map(roles.map((role) => [role.codename, role])),
});

export interface Resolved {
  /** Each once. */
  ids: string[];
  /** `path` begins with the place in the list. */
  problems: { path: string; message: string }[];
}

const LONGEST_SHOWN = 60;

/** What answers say of roles: their ids, whatever they were named by. A role that is named twice is there once. */
export const resolveRoles = (references: readonly RoleReference[], book: RoleBook): Resolved => {
  const ids = new Set<string>();
  const problems: Resolved['problems'] = [];
  references.forEach(({ id, codename }, i) => {
    const role = id === undefined ? book.byCodename.get(codename ?? '') : book.byId.get(id.toLowerCase());
    if (role) return void ids.add(role.id);
    const shown = (id ?? codename ?? '').slice(0, LONGEST_SHOWN);
    problems.push({
      path: `${i}.${id === undefined ? 'codename' : 'id'}`,
      message: `there is no role "${shown}" in this environment`,
    });
  });
  return { ids: [...ids], problems };
};
