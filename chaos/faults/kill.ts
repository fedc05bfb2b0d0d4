import type { Fault, FaultContext } from './fault.ts';

/**
 * SIGKILL of a worker or an API, whichever. Its supervisor starts it again at once. One of each is left: the promise is one
 * for a system in which somebody works, and on a slow machine nobody would ever have started.
 */
export const kill: Fault = {
  kind: 'process killed',
  async run({ system, random, count }) {
    // Workers have more to lose.
    const groups = random.pick([
      [system.workers, system.apis],
      [system.workers, system.apis],
      [system.apis, system.workers],
    ]);
    const victims = groups.map(serving).find((group) => group.length > 1);
    if (!victims) return;
    const victim = random.pick(victims);
    count(system.apis.includes(victim) ? 'API killed' : 'worker killed');
    victim.kill('SIGKILL');
  },
};

const serving = (group: FaultContext['system']['apis']) => group.filter((program) => program.serving());
