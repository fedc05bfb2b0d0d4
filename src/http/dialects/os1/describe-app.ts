import type { CatalogueApp, CatalogueVersion } from '../../../db/catalogue.ts';
import type { AuditState } from '../../../domain/audit.ts';

/** For the audit log: who sees it, and of each version by its number where it is and what is said of it. */
export const describeApp = (app: CatalogueApp, versions: readonly CatalogueVersion[]): AuditState => {
  const { visibility, visibleTo, hiddenFrom } = app;
  const ofVersions = versions.flatMap(({ version, state, attributes }) =>
    Object.entries({ state, ...attributes }).map(([name, value]): [string, unknown] => [`${version} ${name}`, value]),
  );
  return { name: app.name, visibility, visibleTo, hiddenFrom, ...Object.fromEntries(ofVersions) };
};
