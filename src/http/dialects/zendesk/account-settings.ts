import { Router } from 'express';
import { getSwitches } from '../../../db/accounts.ts';
import type { Deps } from '../../../deps.ts';
import { productNames } from '../../../domain/package/definition.ts';
import { authenticate, userOf } from '../../auth.ts';

/**
 * What an account has here. The vendor's tools only look whether it is answered: that is how they try credentials. Its many
 * other settings belong to products that are not here.
 */
export const accountSettingsRoutes = (deps: Deps): Router => {
  const router = Router();
  const { maxPackageBytes, maxExpandedBytes, maxEntries } = deps.config.limits;

  router.get('/', authenticate(deps), async (_req, res) => {
    const { accountId, subdomain } = userOf(res);
    const { mtls, recordSidebar, marketplace } = await getSwitches(deps.db, accountId);
    res.json({
      settings: {
        account: { id: accountId, subdomain },
        api: { password_access: true, token_access: true },
        apps: { use: true, create_private: true, create_public: false },
        package_checks: { mtls, record_sidebar: recordSidebar, marketplace },
        products: productNames,
        limits: {
          max_package_bytes: maxPackageBytes,
          max_expanded_bytes: maxExpandedBytes,
          max_package_entries: maxEntries,
        },
      },
    });
  });

  return router;
};
