/** What a command was asked for goes to standard output; logs go to standard error. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
