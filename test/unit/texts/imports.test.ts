import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../src/cli/project-root.ts';

/** What blocks its thread for longer than a request may. */
const slow = ['markdown-it', 'jsdom', 'dompurify'];

const importsOf = (file: string): string[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /(?:^|\n)(?:import|export)(?! type)[^;]*?from '([^']+)'|import\('([^']+)'\)/g,
    ),
  ]
    .map(([, from, loaded]) => from ?? loaded!)
    .map((name) => (name.startsWith('.') ? path.resolve(path.dirname(file), name) : name));

/** Everything that is loaded with a file, as paths and names of packages. */
const loadedWith = (entry: string): Set<string> => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    if (file.endsWith('.ts')) importsOf(file).forEach(visit);
  };
  visit(path.join(projectRoot, entry));
  return seen;
};

describe('what renders texts', () => {
  it.each(['src/cli/api.ts', 'src/cli/worker.ts', 'src/cli/start.ts'])(
    'is not loaded on the main thread of %s',
    (entry) => {
      const loaded = loadedWith(entry);
      expect(loaded.size).toBeGreaterThan(100);
      expect(slow.filter((name) => loaded.has(name))).toEqual([]);
    },
  );

  it('is loaded on the thread that renders', () => {
    const loaded = loadedWith('src/packages/text-thread.ts');
    expect(slow.filter((name) => !loaded.has(name))).toEqual([]);
  });
});
