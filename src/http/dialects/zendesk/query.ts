/** `?include=app,users`: the words of a list in the query, in any order, however often the name is given. */
export const listOf = (value: unknown): ReadonlySet<string> =>
  new Set(
    (Array.isArray(value) ? value : [value])
      .filter((item) => typeof item === 'string')
      .flatMap((item) => item.split(','))
      .map((item) => item.trim()),
  );
