/** A line that comes again within this time is counted instead of written. */
const FOLD_MS = 10_000;
/** So many different lines are remembered; beyond it lines are written as they come. */
const MOST_LINES = 200;

interface Folded {
  repeated: number;
  /** Writes the line once more, with how often it came again. */
  again: (repeated: number) => void;
  timer: NodeJS.Timeout;
}

/** Folds lines that come again and again: the first one is written, and how often it came again every ten seconds. */
export const createFolding = (foldMs = FOLD_MS) => {
  const lines = new Map<string, Folded>();
  const tell = (key: string, line: Folded): void => {
    lines.delete(key);
    if (line.repeated === 0) return;
    line.again(line.repeated);
    remember(key, line.again);
  };
  const remember = (key: string, again: Folded['again']): void => {
    const line: Folded = { repeated: 0, again, timer: setTimeout(() => tell(key, line), foldMs).unref() };
    lines.set(key, line);
  };
  return {
    /**
     * @param again writes the line with a count.
     * @returns whether the line is to be written now.
     */
    isNew(key: string, again: (repeated: number) => void): boolean {
      const line = lines.get(key);
      if (line) line.repeated += 1;
      else if (lines.size < MOST_LINES) remember(key, again);
      return !line;
    },
    /** Writes all counts there are. */
    flush(): void {
      const open = [...lines.values()];
      lines.clear();
      for (const line of open) {
        clearTimeout(line.timer);
        if (line.repeated > 0) line.again(line.repeated);
      }
    },
  };
};
