import { Counter, type Registry } from 'prom-client';

/** `again`: it will be tried again. `superseded`: another attempt has taken it over. */
type DeliveryOutcome = 'delivered' | 'failed' | 'again' | 'superseded';

export interface DeliveryMetrics {
  attempted(outcome: DeliveryOutcome): void;
}

export const createDeliveryMetrics = (registry: Registry): DeliveryMetrics => {
  const attempts = new Counter({
    name: 'appyard_delivery_attempts_total',
    help: 'Attempts to tell a receiver something, by how they ended; failed: given up.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return { attempted: (outcome) => attempts.inc({ outcome }) };
};
