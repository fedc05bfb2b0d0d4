const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d(?:\.\d{1,9})?))?(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Reads a date, or a date and time, in ISO 8601; without a zone it is UTC, a date alone is its beginning.
 *
 * @returns seconds since 1970, fractions included; undefined for what is none.
 */
export const readMoment = (text: string): number | undefined => {
  const [, date, time = '00:00', seconds = '00', zone = 'Z'] = ISO.exec(text) ?? [];
  if (date === undefined) return undefined;
  const [whole = '00', fraction = '0'] = seconds.split('.');
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const start = Date.parse(`${date}T${time}:${whole}${offset}`);
  // Date takes the 31st of February for the 3rd of March.
  const isDay = new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) === true;
  return Number.isNaN(start) || !isDay ? undefined : start / 1_000 + Number(`0.${fraction}`);
};

/** As answers have it: to the second, in UTC. */
export const showMoment = (moment: Date): string => `${moment.toISOString().slice(0, 19)}Z`;
