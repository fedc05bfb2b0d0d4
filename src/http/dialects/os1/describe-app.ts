import type { CatalogueApp, CatalogueVersion } from '../../../db/catalogue.ts';
import type { AuditState } from '../../../domain/audit.ts';
import { withoutUrlSecrets } from '../../../domain/public-url.ts';
import { attributesOf } from './attributes.ts';

/** For the audit log: who sees it, and of each version by its number where it is and what is said of it. */
export const describeApp = (app: CatalogueApp, versions: readonly CatalogueVersion[]): AuditState => {
  const { visibility, visibleTo, hiddenFrom } = app;
  const ofVersions = versions.flatMap((one) =>
    Object.entries({ state: one.state, ...attributesOf(one), ...urlOf(one) }).map(
      ([name, value]): [string, unknown] => [`${one.version!} ${name}`, value],
    ),
  );
  return { name: app.name, visibility, visibleTo, hiddenFrom, ...Object.fromEntries(ofVersions) };
};

/** The query of a URL may hold a token. */
const urlOf = (version: CatalogueVersion): { url?: Record<string, string> } => {
  const { url } = attributesOf(version);
  if (!url) return {};
  return { url: Object.fromEntries(Object.entries(url).map(([name, value]) => [name, withoutUrlSecrets(value)])) };
};
