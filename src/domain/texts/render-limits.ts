export interface RenderedText {
  /** Of the text. */
  digest: string;
  /** Null: the text is beyond a limit and shown as plain text. */
  html: string | null;
}

/** What the texts of one app may cost. A text beyond one of them is shown as plain text. */
export interface RenderLimits {
  /** Of one text. Some texts take time that grows with the square of their length: 0.4 s for one of this length. */
  maxCharacters: number;
  /** Of one text's HTML: this much for each of its characters, and `spareCharacters` besides. */
  maxGrowth: number;
  spareCharacters: number;
  /** Of the HTML of all texts together. */
  maxHtmlCharacters: number;
  /** In milliseconds, for one text; longer than any text takes on a machine that has other work to do. */
  textMs: number;
  /** In milliseconds, for all texts together. */
  allMs: number;
}

export const renderLimits: RenderLimits = {
  maxCharacters: 20_000,
  maxGrowth: 6,
  spareCharacters: 1_000,
  maxHtmlCharacters: 4_000_000,
  textMs: 2_000,
  allMs: 10_000,
};
