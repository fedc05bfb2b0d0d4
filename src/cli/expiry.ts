const DAY_MS = 86_400_000;

/** @param days as somebody typed them; undefined: never. @throws Error */
export const expiryOf = (days: string | undefined): Date | null => {
  if (days === undefined) return null;
  if (!/^[1-9]\d{0,4}$/.test(days)) throw new Error('--expires must be a whole number of days, 1 to 99999.');
  return new Date(Date.now() + Number(days) * DAY_MS);
};
