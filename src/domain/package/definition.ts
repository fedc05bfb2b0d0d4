/**
 * What an app is, in words of our own: read once from a package, stored, and from then on the only thing that the
 * rest of the system knows about it.
 */
export interface AppDefinition {
  name: string | null;
  version: string | null;
  author: { name: string | null; email: string | null; url: string | null };
  defaultLocale: string;
  frameworkVersion: string | null;
  /** The package wishes to be seen by its own account only. A wish: an operator publishes, not the package. */
  private: boolean;
  requirementsOnly: boolean;
  marketingOnly: boolean;
  singleInstall: boolean;
  signedUrls: boolean;
  termsUrl: string | null;
  remoteInstallationUrl: string | null;
  domainWhitelist: string[];
  /** In the order of the product codes. Never empty. */
  products: Product[];
  locations: AppLocation[];
  parameters: ParameterDefinition[];
  requirements: RequirementDefinition[];
  /** Locale -> those of the package's texts that are shown; see `shownTexts`. The default locale is among them. */
  translations: Record<string, Record<string, unknown>>;
  /** Paths of its logos, and of its screenshots in the order of their numbers. */
  pictures: string[];
  requiresCustomObjects: boolean;
  oauth: { clientId: string; authorizeUri: string; accessTokenUri: string; scope: string | null } | null;
}

export const productNames = ['support', 'chat', 'standalone_chat', 'sell'] as const;
export type Product = (typeof productNames)[number];

export interface AppLocation {
  product: Product;
  name: string;
  url: string;
  autoLoad: boolean;
  autoHide: boolean;
  flexible: boolean;
  signed: boolean;
  /** Kept as it was written. */
  size: unknown;
  /** Keys of the custom objects whose records it is shown for; only the record sidebar has them. */
  objectTypes?: string[];
}

export const parameterKinds = ['text', 'checkbox', 'url', 'number', 'multiline', 'hidden', 'oauth', 'mtls'] as const;
export type ParameterKind = (typeof parameterKinds)[number];

export interface ParameterDefinition {
  name: string;
  kind: ParameterKind;
  required: boolean;
  secure: boolean;
  /** A JSON scalar, or null when the package gives none. */
  defaultValue: string | number | boolean | null;
  /** Where in a proxied request the value of a secure parameter may be put. */
  scopes?: string[];
  /** Of a client certificate (`mtls`): the domain it is for, perhaps with `*.` in front. */
  allowedDomain?: string;
}

/** One thing that an installation needs provisioned. `type` and `identifier` together are unique in a package. */
export interface RequirementDefinition {
  type: string;
  identifier: string;
  payload: unknown;
}
