import { Router } from 'express';
import { listLocationPlaces, readLocationOrder, type LocationOrder } from '../../../db/location-orders.ts';
import type { Deps } from '../../../deps.ts';
import type { Product } from '../../../domain/package/definition.ts';
import { knownLocations } from '../../../domain/package/locations/location-table.ts';
import { invalidField } from '../../../errors.ts';
import { reorderLocation } from '../../../use-cases/reorder-location.ts';
import { actorOf, allow, authenticate, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { ignoredHeader } from '../../ignored.ts';
import { acceptJson } from '../../json-body.ts';
import { sendList } from '../../send-list.ts';
import { reorderBody } from './location-schema.ts';
import type { Prefix } from './prefixes.ts';
import { readFields } from './read-fields.ts';

/** In which order installations stand in the locations of a product, or under `v2` of all: admins only. */
export const locationInstallationRoutes = (deps: Deps, prefix: Prefix): Router => {
  const router = Router();
  const baseUrl = createBaseUrl(deps.config);
  const admin = [authenticate(deps), allow('admin')];

  router.get('/', ...admin, async (req, res) => {
    const { accountId } = userOf(res);
    const places = inTableOrder(await listLocationPlaces(deps.db, accountId, prefix.product));
    const items = async function* () {
      for (const place of places) {
        const installationIds: number[] = [];
        for await (const ids of readLocationOrder(deps.db, accountId, place)) installationIds.push(...ids);
        // Those that had a place there may be gone by now.
        if (installationIds.length > 0) yield [JSON.stringify(presentOrder({ ...place, installationIds }))];
      }
    };
    await sendList(deps, { req, res }, { head: '{"location_installations":[', tail: () => ']}' }, items());
  });

  router.post('/reorder', ...admin, acceptJson(), async (req, res) => {
    const { fields: body, ignored } = readFields(req, reorderBody);
    const product = prefix.product ?? body.product ?? null;
    checkPlace(body.location_name, product, body.product ?? product);
    const order = await reorderLocation(deps, {
      accountId: userOf(res).accountId,
      actor: actorOf(req, res),
      product,
      location: body.location_name,
      installationIds: body.installations,
    });
    const location = `${baseUrl(req)}${prefix.path}/apps/location_installations.json`;
    res.set({ ...ignoredHeader(ignored), Location: location });
    res.status(201).json({ location_installation: presentOrder(order) });
  });

  return router;
};

/** @throws InvalidRequestError naming the field that fits nothing. */
const checkPlace = (name: string, product: Product | null, named: Product | null): void => {
  if (named !== product)
    throw invalidField(
      'product',
      product === null
        ? 'must be left out: the path names no product'
        : `must be ${product}, as in the path, or be left out`,
    );
  const known = knownLocations.filter((location) => product === null || location.product === product);
  if (known.some((location) => location.name === name)) return;
  const names = [...new Set(known.map((location) => location.name))].join(', ');
  throw invalidField('location_name', `must be a location${product === null ? '' : ` of ${product}`}: one of ${names}`);
};

/** The vendor's order of products and locations. */
const inTableOrder = <Place extends Pick<LocationOrder, 'product' | 'location'>>(orders: Place[]): Place[] => {
  const place = ({ product, location }: Place): number =>
    knownLocations.findIndex((known) => known.product === product && known.name === location);
  return orders.toSorted((a, b) => place(a) - place(b));
};

const presentOrder = ({ product, location, installationIds }: LocationOrder) => ({
  location_name: location,
  installations: installationIds,
  // Ours, not the vendor's: two products may have a location of the same name.
  product,
});
