/** A metric as a query names it, with the labels that the query needs of it. */
export interface Selected {
  name: string;
  labels: string[];
}

const OURS = /\b((?:appyard|nodejs|process)_\w+)(?:\{([^}]*)\})?/g;

/** The metrics of an expression, without understanding the rest of it; labels it groups by are needed of each. */
export const metricsOf = (expression: string): Selected[] => {
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/\s*,\s*/));
  return [...expression.matchAll(OURS)].map(([, name = '', matchers = '']) => ({
    name,
    labels: [...new Set([...grouped, ...[...matchers.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label)])],
  }));
};
