export type JsonObject = Record<string, unknown>;

/** Whether a JSON value is an object, so neither null nor a list. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether the key was written, with whatever value. */
export const has = (object: JsonObject, key: string): boolean => Object.hasOwn(object, key);

/** The value of a written key; never something inherited, because keys come from strangers (`toString`). */
export const own = (object: unknown, key: string): unknown =>
  isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;

/** Null counts as not written. */
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/** The rules count 0 and "" as set: only null, false and a missing key are not. */
export const isSet = (value: unknown): boolean => !isAbsent(value) && value !== false;

/** The JSON name of a value's type. */
export const jsonType = (value: unknown): string => {
  if (isAbsent(value)) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};

const maxShown = 60;

/** A value for a message: short, on one line, never the whole of what may be a megabyte. */
export const show = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  const shown = typeof value === 'string' && value.length > maxShown ? `${value.slice(0, maxShown)}…` : value;
  return JSON.stringify(shown ?? null);
};

/** A place in a JSON file in words: `"webhooks" -> "a"`. */
export const showPath = (path: readonly (string | number)[]): string => path.map((part) => show(part)).join(' -> ');

const maxListed = 10;

/** Names for a message: the first few, and how many more there are. */
export const list = (names: readonly string[]): string => {
  const shown = names.slice(0, maxListed).map((name) => show(name));
  return names.length > maxListed ? `${shown.join(', ')} and ${names.length - maxListed} more` : shown.join(', ');
};
