import type { CatalogueAppChange } from '../../../db/catalogue.ts';
import type { AppAttributes } from './attributes.ts';

type Shown = Required<Pick<CatalogueAppChange, 'visibility' | 'visibleTo' | 'hiddenFrom'>>;

/** Of an app that no other account sees. */
export const shownToNobody: Shown = { visibility: 'private', visibleTo: null, hiddenFrom: null };

/**
 * Who sees an app when a version with these attributes is live. Others see it only where `isPrivate` is false in so many
 * words. A list of organizations that nothing is said about allows: what was meant for a few is not shown to all.
 */
export const shownWhenLive = ({ visibility = {} }: AppAttributes): Shown => {
  const { isPrivate, permissionType, orgIdentifiers } = visibility;
  if (isPrivate !== false) return shownToNobody;
  const everybody: Shown = { visibility: 'public', visibleTo: null, hiddenFrom: null };
  // Short names are subdomains, which have no capitals; spaces around them could be kept once.
  const named = (orgIdentifiers ?? []).map((name) => name.trim().toLowerCase());
  if (permissionType === 'DENY') return { ...everybody, hiddenFrom: named };
  return permissionType === undefined && orgIdentifiers === undefined ? everybody : { ...everybody, visibleTo: named };
};
