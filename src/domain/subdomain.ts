const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether an account can have this subdomain. */
export const isSubdomain = (text: string): boolean => SUBDOMAIN.test(text);
