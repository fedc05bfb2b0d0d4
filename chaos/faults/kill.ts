import type { Fault } from './fault.ts';

/** SIGKILL of a worker or an API, whichever. Its supervisor starts it again at once. */
export const kill: Fault = {
  kind: 'process killed',
  async run({ system, random, count }) {
    const serving = (group: typeof system.apis) => group.filter((program) => program.serving());
    // Workers have more to lose. One that still starts is no victim: killed each second, none would ever be there.
    const groups = random.pick([
      [system.workers, system.apis],
      [system.workers, system.apis],
      [system.apis, system.workers],
    ]);
    const victims = groups.map(serving).find((group) => group.length > 0);
    if (!victims) return;
    const victim = random.pick(victims);
    count(system.apis.includes(victim) ? 'API killed' : 'worker killed');
    victim.kill('SIGKILL');
  },
};
