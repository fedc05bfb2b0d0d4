import { Router, type ErrorRequestHandler } from 'express';
import { z } from 'zod';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { publishApp } from '../../../use-cases/publish-app.ts';
import { authenticate, requireOperator } from '../../auth.ts';
import { prepareError } from '../../errors.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';

const appParams = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, { error: 'must be a positive whole number' })
    .transform(Number),
});
const visibilityBody = z.object({
  visibility: z.enum(['private', 'public'], { error: 'must be "private" or "public"' }),
});

/** Appyard's own door. */
export const nativeRoutes = (deps: Deps): Router => {
  const router = Router();

  router.put('/apps/:id/visibility', authenticate(deps), requireOperator, acceptJson(), async (req, res) => {
    const { id } = parse(appParams, req.params);
    const { visibility } = parse(visibilityBody, req.body);
    await publishApp(deps, id, visibility);
    res.json({ data: { id, visibility } });
  });

  router.use((req) => {
    throw new NotFoundError(`There is nothing at ${req.method} ${req.originalUrl.split('?')[0]}.`);
  });
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
