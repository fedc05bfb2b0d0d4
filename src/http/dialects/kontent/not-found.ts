import { NotFoundError } from '../../../errors.ts';

const LONGEST_SHOWN = 100;

/** Clients show the message: it names what was asked for. */
export const notFound = (what: string, asked: string): NotFoundError =>
  new NotFoundError(`The requested ${what} '${asked.slice(0, LONGEST_SHOWN)}' was not found.`);
