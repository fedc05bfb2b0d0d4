/** What this door's apps are called in the catalogue, and its records. */
export const KIND = 'xurrent';
