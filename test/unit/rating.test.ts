import { expect, test } from 'vitest';
import { summariseRatings } from '../../src/domain/rating.ts';

const none = { '1': 0, '2': 0, '3': 0, '4': 0, '5': 0 };

test('nobody has rated: there is no average', () => {
  expect(summariseRatings(none)).toEqual({ average: null, total: 0 });
});

test.each([
  [{ '1': 2, '2': 2, '3': 2, '4': 2, '5': 2 }, 3, 10],
  [{ ...none, '1': 1, '5': 2 }, 3.67, 3],
  [{ ...none, '4': 1, '5': 2 }, 4.67, 3],
  [{ ...none, '1': 2, '2': 1 }, 1.33, 3],
])('the average of %j is %d, of %d ratings', (counts, average, total) => {
  expect(summariseRatings(counts)).toEqual({ average, total });
});
