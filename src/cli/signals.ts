/** npm passes a signal on that the terminal has sent already: the same one within a second is not a second wish. */
const REPEAT_MS = 1_000;

/** Resolves at the first SIGINT or SIGTERM. A second one, a second later or more, ends the process at once. */
export const untilSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (first !== undefined && Date.now() - first >= REPEAT_MS) process.exit(130);
      first ??= Date.now();
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
