/** What a user may give an app. */
export const starNames = ['1', '2', '3', '4', '5'] as const;
type StarName = (typeof starNames)[number];

/** How many users gave an app how many stars. */
export type RatingCounts = Record<StarName, number>;

export interface RatingFigures {
  /** To two digits; null while nobody has rated. */
  average: number | null;
  total: number;
}

export const summariseRatings = (counts: RatingCounts): RatingFigures => {
  const total = starNames.reduce((sum, name) => sum + counts[name], 0);
  const stars = starNames.reduce((sum, name) => sum + Number(name) * counts[name], 0);
  return { average: total === 0 ? null : Math.round((stars / total) * 100) / 100, total };
};
