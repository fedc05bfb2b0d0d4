import { randomUUID } from 'node:crypto';
import { isUuid } from '../../../domain/uuid.ts';

/** In the form of the vendor's portal, colon and all. */
export const newAppId = (): string => `app:${randomUUID()}`;
export const newVersionId = (): string => `appversion:${randomUUID()}`;

const read = (prefix: string, text: string): string | undefined => {
  const id = text.toLowerCase();
  return id.startsWith(prefix) && isUuid(id.slice(prefix.length)) ? id : undefined;
};

/** Undefined: no app can be called so. */
export const readAppId = (text: string): string | undefined => read('app:', text);

/** Undefined: no version can be called so. */
export const readVersionId = (text: string): string | undefined => read('appversion:', text);
