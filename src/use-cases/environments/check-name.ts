import { isStorable } from '../../domain/storable-text.ts';
import { InvalidRequestError } from '../../errors.ts';

const LONGEST = 200;

/** @throws InvalidRequestError for what cannot be shown as a name. */
export const checkName = (name: string): void => {
  if (name.trim() === '' || name.length > LONGEST || !isStorable(name))
    throw new InvalidRequestError(`A name has 1 to ${LONGEST} characters, and not only blanks.`);
};
