/** Language, then perhaps a region of two or three characters: en, fil, en-US, es-419. */
const pattern = /^[a-z]{2,3}(?:-\w{2,3})?$/;

/** Package rules of the reference validator 4.52, which looks at each line; here the whole name must be a locale. */
export const isLocale = (name: string): boolean => pattern.test(name);
