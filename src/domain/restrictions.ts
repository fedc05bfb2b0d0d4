/** Id or name of a group or role. Numbers are in old rows only; they mean their text. */
export type Restriction = string | number;

export interface Restricted {
  state: string;
  /** What the admin wants. */
  enabled: boolean;
  groupRestrictions: Restriction[];
  roleRestrictions: Restriction[] | null;
}

export interface Viewer {
  role: string;
  groups: string[];
}

/** Active: wanted, and nothing left to provision. */
export const isActive = ({ enabled, state }: Pick<Restricted, 'enabled' | 'state'>): boolean =>
  enabled && state === 'installed';

/**
 * Whether somebody can use an installation: it is active, and each kind of restriction there is names the user's role
 * (by its name or its number) or one of the user's groups. An empty list, or none, restricts nobody.
 */
export const isServable = (installation: Restricted, { role, groups }: Viewer): boolean =>
  isActive(installation) &&
  permits(installation.roleRestrictions ?? [], namesOf(role)) &&
  permits(installation.groupRestrictions, groups);

/** The numbers that the vendor of the package format gives these roles: restrictions may name a role by either. */
const roleIds: Readonly<Record<string, string>> = { admin: '2', agent: '4' };

const namesOf = (role: string): string[] => (Object.hasOwn(roleIds, role) ? [role, roleIds[role]!] : [role]);

const permits = (restrictions: Restriction[], own: string[]): boolean =>
  restrictions.length === 0 || restrictions.some((restriction) => own.includes(String(restriction)));
