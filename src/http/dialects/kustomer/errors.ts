import type { ErrorRequestHandler } from 'express';
import type { Deps } from '../../../deps.ts';
import { OwnRuleError, type AppError } from '../../../errors.ts';
import { prepareError } from '../../errors.ts';
import { AppTokenError } from './app-token.ts';

/** The vendor's are `bad_request` and `duplicate`; the others are ours. */
const kinds: Record<number, { code: string; title: string }> = {
  400: { code: 'bad_request', title: 'Bad request' },
  401: { code: 'unauthorized', title: 'Unauthorized' },
  403: { code: 'forbidden', title: 'Forbidden' },
  404: { code: 'not_found', title: 'Not found' },
  409: { code: 'duplicate', title: 'Duplicate' },
  413: { code: 'payload_too_large', title: 'Payload too large' },
  415: { code: 'unsupported_media_type', title: 'Unsupported media type' },
  429: { code: 'too_many_requests', title: 'Too many requests' },
  500: { code: 'internal_error', title: 'Internal error' },
  503: { code: 'unavailable', title: 'Service unavailable' },
};

/** This vendor answers 400 wherever a request is wrong. */
const statusOf = (error: AppError): number =>
  error.status === 422 && !(error instanceof OwnRuleError) ? 400 : error.status;

const kindOf = (error: AppError, status: number): { code: string; title: string } =>
  (error instanceof OwnRuleError ? undefined : kinds[status]) ?? { code: error.code, title: 'Error' };

const AUTHENTICATE = 'Send a valid key of a user of this organisation: "Authorization: Bearer KEY".';

/** Whoever has more of them has sent something else altogether. */
const MOST = 50;

interface Fault {
  parameter: string;
  message: string;
}

/** Express recognises an error handler by its four parameters. */
export const kustomerErrors =
  (deps: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const error = prepareError(deps, { req, res }, err, 'Bearer');
    const status = statusOf(error);
    const kind = kindOf(error, status);
    const errors = faultsOf(error).map(({ parameter, message }) => ({
      status,
      ...kind,
      message,
      detail: message,
      source: { parameter },
      meta: error instanceof OwnRuleError ? (error.details ?? {}) : {},
    }));
    res.status(status).json({ errors });
  };

const faultsOf = (error: AppError): Fault[] => {
  if (error.status === 401)
    return [{ parameter: '', message: error instanceof AppTokenError ? error.message : AUTHENTICATE }];
  const faults = listed(error);
  return faults.length > MOST
    ? [...faults.slice(0, MOST), { parameter: '', message: `… and ${faults.length - MOST} more` }]
    : faults;
};

const listed = (error: AppError): Fault[] => {
  const { status, message, details } = error;
  const whole = { parameter: '', message };
  if (error instanceof OwnRuleError || ![400, 422].includes(status) || typeof details !== 'object' || details === null)
    return [whole];
  if ('parameter' in details && typeof details.parameter === 'string') return [ruleFault(details.parameter, message)];
  const faults = Object.entries(details).flatMap(([field, said]) => faultsAt(field, said));
  return faults.length > 0 ? faults : [whole];
};

/** By field, or of the settings of an installation by their names. */
const faultsAt = (field: string, said: unknown): Fault[] => {
  if (Array.isArray(said))
    return (said as string[]).map((one) =>
      field === 'body'
        ? { parameter: '', message: `The body ${one}` }
        : { parameter: field, message: `${field} ${one}` },
    );
  return Object.entries(said as Record<string, string[]>).flatMap(([name, messages]) =>
    messages.map((message) => ({ parameter: `${field}.${name}`, message })),
  );
};

/** What says only how a member must be begins with the member. */
const ruleFault = (parameter: string, message: string): Fault => ({
  parameter,
  message: parameter !== '' && /^(must|is) /.test(message) ? `${parameter} ${message}` : message,
});
