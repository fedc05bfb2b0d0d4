/**
 * Names the settings of a request that the app does not have, by the answer: it shows every setting of the app, so the
 * same can be said of an answer that was kept.
 */
export const ignoredSettings = (given: Readonly<Record<string, unknown>>, shown: object): string[] =>
  Object.keys(given)
    .filter((name) => !Object.hasOwn(shown, name))
    .map((name) => `settings.${name}`);
