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
  ids: string[];
  /** `path` begins with the place in the list. */
  problems: { path: string; message: string }[];
}

const LONGEST_SHOWN = 60;

/** Returns the ids of roles, however they are named. A list has unique items: a role that is named twice is a problem. */
export const resolveRoles = (references: readonly RoleReference[], book: RoleBook): Resolved => {
  const ids = new Set<string>();
  const problems: Resolved['problems'] = [];
  references.forEach(({ id, codename }, i) => {
    const role = id === undefined ? book.byCodename.get(codename ?? '') : book.byId.get(id.toLowerCase());
    if (role && !ids.has(role.id)) return void ids.add(role.id);
    const path = `${i}.${id === undefined ? 'codename' : 'id'}`;
    if (role) return void problems.push({ path, message: 'names a role that is in the list already; name it once' });
    const shown = (id ?? codename ?? '').slice(0, LONGEST_SHOWN);
    problems.push({ path, message: `there is no role "${shown}" in this environment` });
  });
  return { ids: [...ids], problems };
};
