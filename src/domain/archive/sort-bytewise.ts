/**
 * Sorts by the UTF-8 bytes of a path: the same in every locale, unlike `localeCompare`, and not quite what comparing
 * strings does, which goes by UTF-16 units.
 */
export const sortBytewise = <T extends { path: string }>(items: T[]): T[] =>
  items
    .map((item) => ({ item, key: Buffer.from(item.path) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ item }) => item);
