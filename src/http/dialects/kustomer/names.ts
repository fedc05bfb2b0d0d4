/** Letters, digits and underscores: a name has no dash, so that `{name}-{version}` can be taken apart. */
const APP_NAME = /^\w{1,128}$/;
/** How components of an app are called from outside. */
const COMPONENT = 'kustomer.app';

/** An organisation's id is 24 hex digits. */
const suffixOf = (organisationId: string): string => `_${organisationId}`;

const isNamespaced = (name: string, organisationId: string): boolean =>
  name.length > organisationId.length + 1 && name.endsWith(suffixOf(organisationId));

/** A private app's name among those of all organisations. One that is namespaced already stays. */
export const namespaced = (name: string, organisationId: string): string =>
  isNamespaced(name, organisationId) ? name : name + suffixOf(organisationId);

/** What its own organisation may call it for short. */
export const plainName = (name: string, organisationId: string): string =>
  isNamespaced(name, organisationId) ? name.slice(0, -suffixOf(organisationId).length) : name;

/** Whether an app may be registered under this name, plain or namespaced. */
export const isAppName = (name: string, organisationId: string): boolean =>
  APP_NAME.test(plainName(name, organisationId));

/** What one path segment names: an app, and one of its versions or its latest one. */
export interface AppVersion {
  name: string;
  /** `latest` or a version's number. */
  version: string;
}

/** Names have no dash, versions may: the first dash ends the name. Undefined: it names nothing. */
export const splitAppVersion = (segment: string): AppVersion | undefined => {
  const dash = segment.indexOf('-');
  const name = segment.slice(0, dash);
  const version = segment.slice(dash + 1);
  return dash > 0 && version !== '' && /^\w+$/.test(name) ? { name, version } : undefined;
};

/** The app that names are given for, as its organisation may write it. */
export interface NamedApp {
  plain: string;
  namespaced: string;
}

/** `kustomer.app.{app}.{name}`; a name that begins so stays, with the app's name as it is registered. */
export const componentName = (name: string, app: NamedApp): string => {
  const ending = [app.namespaced, app.plain]
    .map((own) => `${COMPONENT}.${own}.`)
    .find((prefix) => name.startsWith(prefix) && name.length > prefix.length);
  return `${COMPONENT}.${app.namespaced}.${ending === undefined ? name : name.slice(ending.length)}`;
};

/**
 * What a workflow refers to: a component of the same app as {@link componentName}. What is called `kustomer.…` otherwise
 * is the platform's or another app's and stays.
 */
export const referenceName = (name: string, app: NamedApp): string =>
  name.startsWith('kustomer.') && !name.startsWith(`${COMPONENT}.${app.plain}.`) ? name : componentName(name, app);
