import { type JsonDocument, type JsonPath, locate } from './json/json-document.ts';
import { describePlace, type PackageProblem } from './problem.ts';

/**
 * Bounds of one report. A package can be wrong in a hundred thousand places, and a report is stored in a row and shown
 * to a person: the first 50 of a kind, and 200 in all, are plenty. The first of a kind is listed in any case (there are
 * only so many kinds), and the last one listed of a kind says how many were left out.
 */
const maxPerKey = 50;
const maxInAll = 200;
const maxMessage = 1_000;
const maxDataText = 500;
const maxDataItems = 50;

export interface ProblemList {
  add(problem: PackageProblem): void;
  /** Counts those that are no longer listed too. */
  readonly count: number;
  /** False once problems of this key are only counted, so that nobody works out their place in vain. */
  wants(key: string): boolean;
  /** Gives the problems in the order in which they were added. */
  all(): PackageProblem[];
}

/** No control characters and no halves of surrogate pairs: reports go to a database and to terminals. */
const clean = (text: string, max: number): string => {
  const safe = text.slice(0, max + 1).replaceAll(/\p{Cc}|\p{Surrogate}/gu, '\uFFFD');
  return safe.length > max ? `${safe.slice(0, max)}…` : safe;
};

const clampData = (value: unknown): unknown => {
  if (typeof value === 'string') return clean(value, maxDataText);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) {
    return value.slice(0, maxDataItems).map(clampData);
  }
  const json = JSON.stringify(value);
  return json.length > maxDataText ? clean(json, maxDataText) : value;
};

const clamp = (problem: PackageProblem): PackageProblem => ({
  ...problem,
  message: clean(problem.message, maxMessage),
  ...(problem.pointer === undefined ? {} : { pointer: clean(problem.pointer, maxMessage) }),
  ...(problem.data
    ? { data: Object.fromEntries(Object.entries(problem.data).map(([name, value]) => [name, clampData(value)])) }
    : {}),
});

/** Gives an empty list. */
export const createProblemList = (): ProblemList => {
  const listed: PackageProblem[] = [];
  const counts = new Map<string, number>();
  const shown = new Map<string, number>();
  let count = 0;

  const wants = (key: string): boolean => {
    const before = counts.get(key) ?? 0;
    return before === 0 || (listed.length < maxInAll && before < maxPerKey);
  };

  return {
    get count() {
      return count;
    },
    wants,
    add(problem) {
      if (wants(problem.key)) {
        shown.set(problem.key, listed.length);
        listed.push(clamp(problem));
      }
      count += 1;
      counts.set(problem.key, (counts.get(problem.key) ?? 0) + 1);
    },
    all() {
      return listed.map((problem, index) => {
        if (shown.get(problem.key) !== index) return problem;
        const more = (counts.get(problem.key) ?? 0) - listed.filter(({ key }) => key === problem.key).length;
        return more > 0 ? { ...problem, more } : problem;
      });
    },
  };
};

interface Finding {
  key: string;
  message: string;
  /** Where in the document. */
  path?: JsonPath;
  data?: Record<string, unknown>;
}

export type Report = (finding: Finding) => void;

/**
 * Begins a sentence with its place, and leaves out what it says of the file already: `"a" in manifest.json is 1` becomes
 * `manifest.json, line 2, column 8 (/a): "a" is 1`. What stands in quotes are the package's own words: they stay.
 */
const atPlace = (message: string, place: ReturnType<typeof locate>): string => {
  const file = (place.file ?? '').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const sentence = message
    .replace(new RegExp(`^${file}(?= )`), 'the file')
    .replace(new RegExp(`^In ${file} `), '')
    .replaceAll(new RegExp(String.raw`"(?:[^"\\]|\\.)*"| (?:in|of) ${file}(?![\w.])`, 'g'), (found) =>
      found.startsWith('"') ? found : '',
    )
    .replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase());
  return `${describePlace(place)}: ${sentence}`;
};

/** Gives a function that adds problems of one JSON document, with their places. */
export const reporter =
  (problems: ProblemList, document: JsonDocument): Report =>
  ({ key, message, path = [], data }) => {
    const place = problems.wants(key) ? locate(document, path) : undefined;
    problems.add({
      key,
      message: place ? atPlace(message, place) : message,
      ...place,
      ...(data ? { data } : {}),
    });
  };
