import { Presets, SingleBar } from 'cli-progress';
import { say } from './output.ts';

/** Shows one step after the other: bars on a terminal, a line for each step elsewhere. */
export interface Progress {
  show(step: string, value: number, total: number): void;
  end(step: string, result: string): void;
}

export const createProgress = (): Progress => {
  let bar: SingleBar | undefined;
  const open = (step: string, total: number): SingleBar => {
    const created = new SingleBar(
      { format: `  ${step.padEnd(8)} {bar} {value}/{total}`, hideCursor: true },
      Presets.shades_classic,
    );
    created.start(total, 0);
    return created;
  };
  return {
    show(step, value, total) {
      if (!process.stdout.isTTY) return;
      bar ??= open(step, total);
      bar.setTotal(total);
      bar.update(value);
    },
    end(step, result) {
      bar?.stop();
      if (!bar) say(`  ${step.padEnd(8)} ${result}`);
      bar = undefined;
    },
  };
};
