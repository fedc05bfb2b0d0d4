import type { Component } from './components.ts';
import type { Definition } from './definition.ts';
import { isObject } from './json.ts';
import { ruleError } from './rule-error.ts';

/** Of all workflows together: each is renamed, and longer then. */
const MAX_STEPS = 1_000;
const MAX_BYTES = 1024 * 1024;

const countSteps = ({ steps }: Component): number => {
  if (Array.isArray(steps)) return steps.length;
  return isObject(steps) ? Object.keys(steps).length : 0;
};

/** @throws AppError `bad_request` */
export const checkSteps = (workflows: readonly Component[] | undefined): void => {
  const count = (workflows ?? []).reduce((sum, workflow) => sum + countSteps(workflow), 0);
  if (count > MAX_STEPS)
    throw ruleError('workflows', `must have ${MAX_STEPS} steps together at the most, has ${count}`);
};

/** The database writes every digit: of `1e300`, which is five characters here, three hundred, and of `1e-300` too. */
const DIGITS = 330;

const sizeOf = (definition: Definition): number => {
  let digits = 0;
  const text = JSON.stringify(definition, (_key, value: unknown) => {
    if (typeof value === 'number' && String(value).includes('e')) digits += DIGITS;
    return value;
  });
  return Buffer.byteLength(text) + digits;
};

/**
 * A definition as it is registered may be longer than it was sent: its names are.
 *
 * @throws AppError `bad_request`
 */
export const checkSize = (definition: Definition): void => {
  const bytes = sizeOf(definition);
  if (bytes > MAX_BYTES)
    throw ruleError(
      '',
      `The definition with its names as they are registered has ${bytes} bytes, ${MAX_BYTES} at the most.`,
    );
};
