import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { RequestHandler } from 'express';
import { findAccountExternalId } from '../../../db/accounts.ts';
import { findCatalogueApp, type CatalogueVersion } from '../../../db/catalogue.ts';
import type { Deps } from '../../../deps.ts';
import { AppError } from '../../../errors.ts';
import { createBaseUrl } from '../../base-url.ts';
import { appActor, AppTokenError, identifiedApp } from './app-token.ts';
import { definitionOf } from './catalogued.ts';
import { findVersion, type FoundVersion } from './find-app.ts';
import { isObject, type Json } from './json.ts';
import { KIND } from './kind.ts';
import type { Organisation } from './organisation.ts';
import { presentAvailable } from './present-available.ts';
import { readDefinition, type ReadDefinition } from './read-definition.ts';
import { registerVersion } from './register-version.ts';
import { ruleError } from './rule-error.ts';

const HIDDEN = '(hidden)';

/**
 * Registers the manifest that an app's server sends when it starts. The same manifest again, as after each restart, is 200
 * and changes nothing; another one with the same version is 409.
 */
export const publishVersion = (deps: Deps): RequestHandler<{ app: string }> => {
  const baseUrlOf = createBaseUrl(deps.config);
  return async (req, res) => {
    const { client, token, version } = identifiedApp(res);
    const { accountId } = client;
    const organisationId = await findAccountExternalId(deps.db, accountId);
    if (organisationId === undefined) throw new AppTokenError('The organisation of this app was removed.');
    if (req.params.app !== client.app) throw ruleError('app', `must be ${client.app}, as in the token`);
    const sent = withoutToken(req.body as Json, token);
    const read = readDefinition(sent, organisationId);
    if (sent['app'] !== client.app) throw ruleError('app', `must be ${client.app}, as in the token`);
    if (sent['version'] !== version) throw ruleError('version', `must be ${version}, as in the token`);
    read.version.attributes = { ...read.version.attributes, manifest: digestOf(sent) };
    const organisation = { accountId, organisationId };
    const input = { actor: appActor(req, res), organisation, read };
    try {
      const { app, version: added } = await registerVersion(deps, input, client.app);
      const data = presentAvailable({ version: added, app }, accountId);
      res
        .status(201)
        .location(`${baseUrlOf(req)}${data.links.self}`)
        .json({ data });
    } catch (err) {
      const there = isDuplicate(err) ? await findSame(deps, organisation, read) : undefined;
      if (!there) throw err;
      res.json({ data: presentAvailable(there, accountId) });
    }
  };
};

const isDuplicate = (err: unknown): boolean => err instanceof AppError && err.code === 'duplicate';

/** The SDK writes its token into commands and webhooks: it differs at each start, and is a credential. */
const withoutToken = (manifest: Json, token: string): Json =>
  JSON.parse(JSON.stringify(manifest), (_name, value: unknown) => (value === token ? HIDDEN : value)) as Json;

/** Of the manifest as it was sent, without what only proves whose it is. */
const digestOf = ({ clientId: _id, clientSecret: _secret, ...manifest }: Json): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(manifest)))
    .digest('hex');

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)]);
};

/** Returns the version of this number when the same manifest made it. */
const findSame = async (
  { db }: Pick<Deps, 'db'>,
  { accountId }: Organisation,
  { definition, version }: ReadDefinition,
): Promise<FoundVersion | undefined> => {
  const app = await findCatalogueApp(db, { accountId, kind: KIND, by: 'key', value: definition.app });
  const there = app && (await findVersion(db, app, definition.version));
  if (!app || !there) return undefined;
  const { manifest } = there.attributes;
  const isSame = manifest === undefined ? isAlike(there, definition) : manifest === version.attributes['manifest'];
  return isSame ? { app, version: there } : undefined;
};

/** For a version that was registered without a digest. */
const isAlike = (there: CatalogueVersion, definition: ReadDefinition['definition']): boolean =>
  isDeepStrictEqual(definitionOf(there), JSON.parse(JSON.stringify(definition)));
