import { NotFoundError } from '../../../errors.ts';

const LONGEST_SHOWN = 100;
const shown = (id: string): string => id.slice(0, LONGEST_SHOWN);

export const noApp = (id: string): NotFoundError => new NotFoundError(`There is no app "${shown(id)}".`);
export const noVersion = (id: string): NotFoundError => new NotFoundError(`There is no app version "${shown(id)}".`);
