/** Takes a constant message and the data that belongs to it. */
export type Log = (message: string, fields?: Record<string, unknown>) => void;
