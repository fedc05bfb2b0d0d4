import { expect, test } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import { parseJson } from '../../../src/domain/package/json/parse-json.ts';
import { describeProblems } from '../../../src/domain/package/problem.ts';
import { createProblemList, reporter } from '../../../src/domain/package/problem-list.ts';
import { defaultSwitches } from '../../../src/domain/package/switches.ts';
import { packageFiles } from '../../support/package-files.ts';

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
  expect(all[48]).toEqual({ key: 'a', message: 'problem 48' });
  expect(all[49]).toEqual({ key: 'a', message: 'problem 49', more: 10 });
  expect(all[50]).toEqual({ key: 'b', message: 'another' });
  expect(problems.wants('a')).toBe(false);
});

test('lists 200 in all', () => {
  const problems = createProblemList();
  for (let i = 0; i < 1_000; i += 1) problems.add({ key: `k${i % 100}`, message: 'm' });
  expect(problems.all()).toHaveLength(200);
  expect(problems.count).toBe(1_000);
});

test('lists the first of every kind, whatever came before', () => {
  const problems = createProblemList();
  for (let i = 0; i < 1_000; i += 1) problems.add({ key: `k${i % 10}`, message: 'm' });
  expect(problems.wants('late')).toBe(true);
  for (let i = 0; i < 3; i += 1) problems.add({ key: 'late', message: `late ${i}` });
  const all = problems.all();
  expect(all).toHaveLength(201);
  expect(all.at(-1)).toEqual({ key: 'late', message: 'late 0', more: 2 });
  expect(describeProblems(all).split('\n').at(-1)).toBe('and 983 more');
});

test('a description counts what is not listed, too', () => {
  const problems = createProblemList();
  for (let i = 0; i < 3; i += 1) problems.add({ key: 'a', message: `problem ${i}` });
  expect(describeProblems(problems.all())).toBe('problem 0\nproblem 1\nproblem 2');
  for (let i = 0; i < 97; i += 1) problems.add({ key: 'a', message: 'm' });
  const lines = describeProblems(problems.all()).split('\n');
  expect(lines).toHaveLength(21);
  expect(lines[20]).toBe('and 80 more');
});

test.each([
  ['manifest.json has no "a"; add it.', [], 'manifest.json, line 1, column 1: the file has no "a"; add it.'],
  [
    '"b" in manifest.json is 1; write 2.',
    ['a', 0, 'b'],
    'manifest.json, line 2, column 15 (/a/0/b): "b" is 1; write 2.',
  ],
  [
    'The name "x in manifest.json" in manifest.json is odd; change it.',
    ['a'],
    'manifest.json, line 2, column 8 (/a): the name "x in manifest.json" is odd; change it.',
  ],
  ['In manifest.json "a" is odd; change it.', ['a'], 'manifest.json, line 2, column 8 (/a): "a" is odd; change it.'],
])('names the place once: %s', (message, path, expected) => {
  const read = parseJson('{\n  "a": [{"b": 1}]\n}', { maxDepth: 10, duplicates: 'last' });
  if (!('root' in read)) throw new Error('the test is wrong');
  const problems = createProblemList();
  reporter(problems, { file: 'manifest.json', root: read.root })({ key: 'k', message, path });
  expect(problems.all()[0]).toMatchObject({ message: expected, file: 'manifest.json', pointer: expect.any(String) });
});

test.each([
  ['', 'manifest_not_json', '', /^manifest\.json, line 1, column 1: [^:]+; \w.+\.$/],
  ['{"a": 1,}', 'manifest_not_json', '', /^manifest\.json, line 1, column 9: [^:]+; \w.+\.$/],
  ['\uFEFF\uFEFF{}', 'manifest_not_json', '', /^manifest\.json, line 1, column 1: [^:]+; \w.+\.$/],
  [
    '{"a": {\r\n"b/c": [1, x]}}',
    'manifest_not_json',
    '/a/b~1c/1',
    /^manifest\.json, line 2, column 12 \(\/a\/b~1c\/1\): [^:]+; \w.+\.$/,
  ],
  [
    '{"a": {"b": 1,\n"b": 2}}',
    'duplicate_manifest_keys',
    '/a/b',
    /^manifest\.json, line 2, column 1 \(\/a\/b\): the key "b" is written twice in one object; keep only one of them\.$/,
  ],
  [
    '{"a\\u0000": 1}',
    'unsupported_json',
    '/a\uFFFD',
    /^manifest\.json, line 1, column 2 \(\/a\uFFFD\): [^:]+; write it otherwise\.$/,
  ],
  [
    '{"a": ["\\u0000"]}',
    'unsupported_json',
    '/a/0',
    /^manifest\.json, line 1, column 8 \(\/a\/0\): [^:]+; write it otherwise\.$/,
  ],
  [
    '['.repeat(10_000),
    'manifest_not_json',
    '/0'.repeat(100),
    /^manifest\.json, line 1, column 101 \(\/0.+…\): .+; \w.+\.$/,
  ],
])('a fault in JSON has a pointer: %j', async (manifest, key, pointer, message) => {
  const files = packageFiles({ 'manifest.json': manifest });
  const { errors } = await checkPackage(files, { switches: defaultSwitches, limits: defaultLimits });
  expect(errors[0]).toMatchObject({ key, pointer, message: expect.stringMatching(message) });
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
