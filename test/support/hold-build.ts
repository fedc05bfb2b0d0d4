import { vi } from 'vitest';
import type { Harness } from './harness.ts';

export interface HeldBuild {
  /** Resolves when a worker has begun with the next build. */
  hasBegun: Promise<void>;
  letGo: () => void;
}

/** Holds the next build in the middle of its first step, where it hears no signal. */
export const holdNextBuild = ({ deps }: Pick<Harness, 'deps'>): HeldBuild => {
  let begin: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => (begin = resolve));
  let letGo: () => void = () => undefined;
  const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
  const get = deps.blobs.get.bind(deps.blobs);
  vi.spyOn(deps.blobs, 'get').mockImplementationOnce(async (sha256) => {
    begin();
    await isLetGo;
    return get(sha256);
  });
  return { hasBegun, letGo };
};
