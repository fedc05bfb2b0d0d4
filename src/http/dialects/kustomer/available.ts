import { Router, type RequestHandler } from 'express';
import { readAvailableVersions, type AvailableVersion } from '../../../db/catalogue-versions.ts';
import type { Deps } from '../../../deps.ts';
import { actorOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { answerOnce } from '../../idempotency.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import { listingBody } from './definition.ts';
import { editListing } from './edit-listing.ts';
import { appVersionOf, getVersion } from './find-app.ts';
import { KIND } from './kind.ts';
import { organisationOf } from './organisation.ts';
import { pageOf, sendPage } from './page.ts';
import { presentAvailable } from './present-available.ts';
import { readDefinition } from './read-definition.ts';
import { registerVersion } from './register-version.ts';
import { ruleError } from './rule-error.ts';
import { requireAdminRole, requireReadRole } from './roles.ts';

/** An answer tells of. */
const MOST_RENAMED = 250;

/** Versions that an organisation may install: its own and the public ones. */
export const availableRoutes = (deps: Deps): Router => {
  const router = Router();
  const baseUrl = createBaseUrl(deps.config);

  router.get('/', requireReadRole, async (req, res) => {
    const { accountId, onlyApp: key } = await organisationOf(deps, res);
    const page = pageOf(req);
    const list = { accountId, kind: KIND, key, after: page.after, limit: page.size };
    const present = (row: AvailableVersion) => presentAvailable({ version: row, app: row }, accountId);
    const answer = { req, res, path: '/v1/apps/available' };
    await sendPage(deps, answer, page, { ...readAvailableVersions(deps.db, list), present });
  });

  router.post('/', requireAdminRole, acceptJson(), async (req, res) => {
    const organisation = await organisationOf(deps, res);
    const read = readDefinition(req.body, organisation.organisationId);
    const sentName = (req.body as { app: string }).app;
    const input = { actor: actorOf(req, res), organisation, read };
    const headers = ({ data }: { data: { links: { self: string } } }) => ({
      Location: `${baseUrl(req)}${data.links.self}`,
    });
    const asked = { route: 'kustomer: register', fields: { definition: req.body as unknown }, headers };
    await answerOnce(deps, { req, res }, asked, async (within) => {
      const { app, version, isLatest } = await registerVersion(within, input, sentName);
      const meta = {
        latest: isLatest,
        renamed: read.changes.slice(0, MOST_RENAMED),
        renamedTotal: read.changes.length,
      };
      return { status: 201, body: { data: presentAvailable({ version, app }, organisation.accountId), meta } };
    });
  });

  const show: RequestHandler<{ appVersion: string }> = async (req, res) => {
    const organisation = await organisationOf(deps, res);
    const found = await getVersion(deps, organisation, appVersionOf(req.params.appVersion));
    res.json({ data: presentAvailable(found, organisation.accountId) });
  };
  router.get('/:appVersion', requireReadRole, show);

  const edit: RequestHandler<{ appVersion: string }> = async (req, res) => {
    const organisation = await organisationOf(deps, res);
    const named = appVersionOf(req.params.appVersion);
    const listing = parse(listingBody, req.body);
    if (Object.keys(listing).length === 0) throw ruleError('', 'The body must say what to change.');
    const actor = actorOf(req, res);
    const edited = await editListing(deps, { actor, organisation, named, listing });
    res.json({ data: presentAvailable(edited, organisation.accountId) });
  };
  // The vendor's page says PATCH, its own command sends POST.
  router.patch('/:appVersion', requireAdminRole, acceptJson(), edit);
  router.post('/:appVersion', requireAdminRole, acceptJson(), edit);

  return router;
};
