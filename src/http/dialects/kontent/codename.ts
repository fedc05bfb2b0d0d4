const MAX = 60;
const NOTHING_LEFT = 'custom_app';

/**
 * A codename for an app that was registered without one: its name in small letters, everything but a-z and 0-9 as one
 * underscore, without marks on letters.
 *
 * @param suffix makes it another one when the first is taken; it always fits.
 */
export const codenameFor = (name: string, suffix = ''): string => {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mark}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
  const end = suffix === '' ? '' : `_${suffix}`;
  return (plain || NOTHING_LEFT).slice(0, MAX - end.length) + end;
};
