import { AppError, InvalidRequestError } from '../../../errors.ts';

/** For a promise: the catalogue knows keys, clients know the field at `path`. */
export const codenameTaken =
  (path: string) =>
  (err: unknown): never => {
    if (!(err instanceof AppError && err.code === 'key_taken')) throw err;
    const messages = ['is taken: another custom app of this environment has this codename'];
    throw new InvalidRequestError('The codename is taken.', { [path]: messages });
  };
