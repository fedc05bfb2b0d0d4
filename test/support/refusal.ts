import { expect } from 'vitest';

export interface Refusal {
  error: string;
  description: string;
  details?: Record<string, unknown>;
}

const MEMBERS = ['error', 'description', 'details'];

/** What is wrong with a refusal; undefined when it is a 4xx with a code and a description for people. */
export const faultOf = (status: number, text: string): string | undefined => {
  const shown = `${status} ${text.slice(0, 200)}`;
  if (status < 400 || status > 499) return `not a 4xx: ${shown}`;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return `not JSON: ${shown}`;
  }
  if (typeof body !== 'object' || body === null) return `not an object: ${shown}`;
  const { error, description } = body as Partial<Refusal>;
  if (typeof error !== 'string' || error === '') return `no code: ${shown}`;
  if (typeof description !== 'string' || description.trim() === '') return `no description: ${shown}`;
  if (!Object.keys(body).every((key) => MEMBERS.includes(key))) return `more than it should have: ${shown}`;
  return undefined;
};

/** The body of an answer that refuses in the form of the contract. */
export const refusal = async (response: Response, status: number): Promise<Refusal> => {
  const text = await response.text();
  expect(`${response.status} ${response.status === status ? '' : text}`).toBe(`${status} `);
  expect(faultOf(status, text)).toBeUndefined();
  return JSON.parse(text) as Refusal;
};
