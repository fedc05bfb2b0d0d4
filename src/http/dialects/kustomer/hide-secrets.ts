import type { Definition } from './definition.ts';
import { withoutSecretDefaults } from './settings.ts';

/** `tokenUrl` and `keyName` are no secrets, `secretAccess` is one. */
const SECRET_NAME = /secret|password|credential|(token|key)$/i;

/**
 * A definition as it is kept and shown: without what only whoever wrote it has to know. Appyard signs in nowhere for an
 * app, so nothing here reads a client secret, an environment or the secrets of an authorization, nor those of `meta`, which is whatever its author likes; the default of a secret
 * setting has a place of its own.
 */
export const hideSecrets = (definition: Definition): Definition => {
  const { clientSecret: _secret, env: _env, ...shown } = definition;
  if (definition.auth !== undefined) shown.auth = withoutSecrets(definition.auth);
  if (definition.meta !== undefined) shown.meta = withoutSecrets(definition.meta) as Definition['meta'];
  if (definition.settings !== undefined) shown.settings = withoutSecretDefaults(definition.settings);
  return shown;
};

/** Its depth has been checked. */
const withoutSecrets = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !SECRET_NAME.test(name))
      .map(([name, member]) => [name, withoutSecrets(member)]),
  );
};
