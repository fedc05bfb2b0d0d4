const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** In the usual form with hyphens, in any letter case and of any version. */
export const isUuid = (text: string): boolean => UUID.test(text);
