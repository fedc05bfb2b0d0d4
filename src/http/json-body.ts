import express, { Router, type RequestHandler } from 'express';
import { AppError, InvalidRequestError } from '../errors.ts';

/** Accepts a JSON object of at most 1 MiB. Mount after authentication. */
export const acceptJson = (): RequestHandler => {
  const router = Router();
  router.use(
    (req, _res, next) => {
      if (req.is('application/json') !== false || req.get('content-length') === '0') return next();
      throw new AppError(
        'unsupported_media_type',
        415,
        'Send the body as JSON, with "Content-Type: application/json".',
      );
    },
    express.json({ limit: '1mb' }),
    (req, _res, next) => {
      if (typeof req.body === 'object' && req.body !== null && !Array.isArray(req.body)) return next();
      throw new InvalidRequestError('Send a JSON object as the body of the request.');
    },
  );
  return router;
};
