import { Router, type ErrorRequestHandler } from 'express';
import type { Deps } from '../../../deps.ts';
import type { Door } from '../../door.ts';
import { prepareError } from '../../errors.ts';
import { nothingThere } from '../../refuse-routes.ts';
import { appRoutes } from './apps.ts';
import { auditLogRoutes } from './audit-logs.ts';
import { environmentRoutes } from './environments.ts';
import { installationRoutes } from './installations.ts';
import { jobRoutes } from './jobs.ts';

/** Appyard's own door. */
export const nativeRoutes = (deps: Deps, doors: readonly Door[]): Router => {
  const router = Router();
  router.use('/apps', appRoutes(deps, doors));
  router.use('/audit_logs', auditLogRoutes(deps));
  router.use('/environments', environmentRoutes(deps));
  router.use('/installations', installationRoutes(deps, doors));
  router.use('/jobs', jobRoutes(deps));
  router.use(nothingThere);
  router.use(nativeErrors(deps));
  return router;
};

const nativeErrors =
  (deps: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const { status, code, message, details } = prepareError(deps, { req, res }, err);
    res.status(status).json({ error: { code, message, ...(details !== undefined && { details }) } });
  };
