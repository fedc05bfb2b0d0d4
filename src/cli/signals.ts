/** npm passes a signal on that the terminal has sent already: the same one within a second is not a second wish. */
const REPEAT_MS = 1_000;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP, which a terminal sends that is closed. A second one, a second later or
 * more, ends the process at once.
 *
 * @param hangupIsOther SIGHUP means something else to this process.
 */
export const untilSignal = (hangupIsOther = false): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (first !== undefined && Date.now() - first >= REPEAT_MS) process.exit(130);
      first ??= Date.now();
      resolve(signal);
    };
    for (const signal of signals) if (signal !== 'SIGHUP' || !hangupIsOther) process.on(signal, onSignal);
  });

/** Ends the process after `signal` was followed. Node's own exit aborts where the terminal is gone that it would reset. */
export const exitAfter = (signal: NodeJS.Signals): void => {
  if (signal !== 'SIGHUP') process.exit(0);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
};
