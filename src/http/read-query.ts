import { parse, type ParsedUrlQuery } from 'node:querystring';
import { MalformedRequestError } from '../errors.ts';
import { QUERY_LIMITS } from './body-limits.ts';

/**
 * Parses a query into flat names: brackets stay part of the name, and a name that is sent twice has a list of texts.
 *
 * @param query null where the address has none.
 * @throws MalformedRequestError for too many parameters: the library would ignore the rest without an error.
 */
export const readQuery = (query: string | null): ParsedUrlQuery => {
  if (query === null) return {};
  assertParameterCount(query.split('&', QUERY_LIMITS.maxParameters + 1).length);
  return parse(query, '&', '=', { maxKeys: 0 });
};

/** @throws MalformedRequestError */
export const assertParameterCount = (count: number): void => {
  if (count <= QUERY_LIMITS.maxParameters) return;
  throw new MalformedRequestError(`The query must have at most ${QUERY_LIMITS.maxParameters} parameters.`);
};
