import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { productNames } from '../../../domain/package/definition.ts';
import { knownLocations, productKeys, type KnownLocation } from '../../../domain/package/locations/location-table.ts';
import { NotFoundError } from '../../../errors.ts';
import { allow, authenticate } from '../../auth.ts';
import { parse } from '../../parse.ts';
import type { Prefix } from './prefixes.ts';
import { idParams } from './schema.ts';

/** Where apps can show themselves: in one product, or under `v2` in all. */
export const locationRoutes = (deps: Deps, { product }: Prefix): Router => {
  const router = Router();
  const admin = [authenticate(deps), allow('admin')];
  const locations = knownLocations.filter((location) => product === null || location.product === product);

  router.get('/', ...admin, (_req, res) => {
    res.json({ locations: locations.map(presentLocation) });
  });

  router.get('/:id', ...admin, (req, res) => {
    const { id } = parse(idParams, req.params);
    const location = locations.find((one) => one.id === id);
    if (!location) throw new NotFoundError(`There is no location ${id}.`);
    res.json({ location: presentLocation(location) });
  });

  return router;
};

const presentLocation = ({ id, name, product, orderable, collapsible, visible }: KnownLocation) => ({
  id,
  name,
  product_code: productNames.indexOf(product) + 1,
  // The product's older name: the vendor's example of `support` has "zendesk".
  host_application: productKeys[product][1],
  orderable,
  collapsible,
  visible,
});
