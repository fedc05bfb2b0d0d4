/**
 * What the system under test can do. Off: the clients of the chaos run do without it, and what only it makes possible is
 * not checked.
 */
export const features = {
  /** A request that is sent again with the same `Idempotency-Key` gets the answer of the first. */
  idempotencyKeys: false as boolean,
  /** `DELETE …/job_statuses/{id}` */
  cancel: false as boolean,
  /** `POST …/job_statuses/{id}/retry` */
  retry: false as boolean,
  /** `appyard collect` */
  collect: false as boolean,
};
