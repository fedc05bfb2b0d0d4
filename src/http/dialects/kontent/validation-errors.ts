import type { AppError } from '../../../errors.ts';

interface ValidationError {
  message: string;
  /** As in JavaScript: `allowed_roles[0].codename`, `[2].value`. */
  path?: string;
}

/** Whoever has more of them has sent something else altogether. */
const MOST = 50;

/** What is wrong with a request, one by one. */
export const validationErrorsOf = ({ message, details }: AppError): ValidationError[] => {
  const byField = typeof details === 'object' && details !== null ? Object.entries(details) : [];
  const all = byField.flatMap(([field, messages]) =>
    (Array.isArray(messages) ? messages.map(String) : []).map((one): ValidationError =>
      field === 'body' ? { message: one } : named(field, one),
    ),
  );
  if (all.length === 0) return [{ message }];
  const left = all.length - MOST;
  return left > 0 ? [...all.slice(0, MOST), { message: `… and ${left} more` }] : all;
};

const named = (field: string, message: string): ValidationError => {
  const path = field.replace(/(^|\.)(\d+)(?=\.|$)/g, '[$2]');
  return { message: `${path}: ${message}`, path };
};
