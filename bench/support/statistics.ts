/** The value below which the share `q` of all lies, by nearest rank. */
export const quantile = (values: readonly number[], q: number): number => {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The smallest and the largest, so that a reader sees how noisy the machine was. */
export const spread = (values: readonly number[], format: (value: number) => string): string =>
  `${format(Math.min(...values))}–${format(Math.max(...values))}`;
