import { expect, test } from 'vitest';
import { createProblemList } from '../../../src/domain/package/problem-list.ts';

test('gives what was added, in order', () => {
  const problems = createProblemList();
  problems.add({ key: 'b', message: 'second', data: { n: 1, list: ['x'], nothing: null } });
  problems.add({ key: 'a', message: 'first' });
  expect(problems.all()).toEqual([
    { key: 'b', message: 'second', data: { n: 1, list: ['x'], nothing: null } },
    { key: 'a', message: 'first' },
  ]);
});

test('lists 50 of a kind and says how many there are more', () => {
  const problems = createProblemList();
  for (let i = 0; i < 60; i += 1) problems.add({ key: 'a', message: `problem ${i}` });
  problems.add({ key: 'b', message: 'another' });
  const all = problems.all();
  expect(problems.count).toBe(61);
  expect(all).toHaveLength(51);
  expect(all[49]?.message).toBe('problem 49 (And 10 more of this kind.)');
  expect(all[50]?.message).toBe('another');
  expect(problems.wants('a')).toBe(false);
});

test('lists 200 in all', () => {
  const problems = createProblemList();
  for (let i = 0; i < 1_000; i += 1) problems.add({ key: `k${i % 100}`, message: 'm' });
  expect(problems.all()).toHaveLength(200);
  expect(problems.count).toBe(1_000);
});

test('cuts what is long, and takes out what no database or terminal should get', () => {
  const problems = createProblemList();
  const value = 'x'.repeat(10_000);
  problems.add({
    key: 'a',
    message: `a\0b\u{1B}[31m\uD800 ${value}`,
    data: { value, deep: { value }, list: Array(100).fill(value), half: '\uDC00' },
  });
  const [problem] = problems.all();
  expect(problem?.message).toMatch(/^a\uFFFDb\uFFFD\[31m\uFFFD x{900,}…$/);
  expect(JSON.stringify(problem).length).toBeLessThan(30_000);
  expect(problem?.data?.['half']).toBe('\uFFFD');
});
