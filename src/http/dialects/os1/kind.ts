/** What this door's apps are called in the catalogue. */
export const KIND = 'os1';
