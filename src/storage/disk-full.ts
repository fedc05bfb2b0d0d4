/** No space, over a quota, or over the largest size that a file may have. */
const CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** Of a bucket: 507 Insufficient Storage. */
const INSUFFICIENT_STORAGE = 507;
/** Libraries put the system's error below their own. */
const DEEPEST = 5;

/** Whether something could not be written because there is no room for it. */
export const isDiskFull = (err: unknown, depth = 0): boolean => {
  if (!(err instanceof Error) || depth > DEEPEST) return false;
  const { code, cause, $metadata } = err as {
    code?: unknown;
    cause?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  if (typeof code === 'string' && CODES.has(code)) return true;
  return $metadata?.httpStatusCode === INSUFFICIENT_STORAGE || isDiskFull(cause, depth + 1);
};
