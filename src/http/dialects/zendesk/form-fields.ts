const FLAGS = ['enabled', 'recurring_payment', 'pending_installation'];
const LISTS = ['group_restrictions', 'role_restrictions', 'settings_objects'];

/**
 * Reads the texts of a form as what their fields hold: `true` and `false`, and lists. A list comes as `name[]=a`, or
 * `name[0]=a`, which the parser of forms reads as an object.
 */
export const readFormFields = (form: Record<string, unknown>): Record<string, unknown> => {
  const fields = { ...form };
  for (const name of FLAGS) if (Object.hasOwn(fields, name)) fields[name] = readFlag(fields[name]);
  for (const name of LISTS) if (Object.hasOwn(fields, name)) fields[name] = readList(fields[name]);
  return fields;
};

const readFlag = (value: unknown): unknown => {
  if (value === 'true' || value === '1') return true;
  return value === 'false' || value === '0' ? false : value;
};

/** An empty text is an empty list: a form has no other way to send one. */
const readList = (value: unknown): unknown => {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value !== 'object' || value === null) return value;
  const indexed = Object.entries(value);
  return indexed.every(([index]) => /^\d{1,10}$/.test(index)) ? indexed.map(([, member]) => member as unknown) : value;
};
