import type { Tenant } from '../accounts.ts';
import { maybeCancel, maybeRetry } from './interfere.ts';
import type { Ledger, Seen } from './ledger.ts';
import { makePackage } from './packages.ts';
import { pollUntilEnd, type PollContext } from './poll-job.ts';
import { requestBuild, requestInstall, uploadPackage, type Accepted } from './requests.ts';

export interface StoryContext extends PollContext {
  ledger: Ledger;
  nextNumber: () => number;
  /** Asked before each step: when it says no, the story ends with what was begun. */
  goOn: () => boolean;
}

/** What one developer does with one app: build it, install it, update it, some of it at the same time. */
export const tellStory = async (context: StoryContext, tenant: Tenant): Promise<void> => {
  const { random } = context;
  const appId = await build(context, tenant, null);
  if (appId === undefined || !context.goOn()) return;
  await install(context, tenant, appId);
  for (let updates = random.below(3); updates > 0 && context.goOn(); updates -= 1) {
    const at = [build(context, tenant, appId)];
    // While the new version is built somebody installs the old one, or asks for another update.
    if (random.chance(0.3)) at.push(install(context, tenant, appId));
    if (random.chance(0.15)) at.push(build(context, tenant, appId));
    await Promise.all(at);
  }
  if (random.chance(0.4) && context.goOn()) await install(context, tenant, appId);
};

/** @returns the app's number once the build is completed. */
const build = async (context: StoryContext, tenant: Tenant, appId: number | null): Promise<number | undefined> => {
  const { archive, bad } = makePackage(context.random, context.nextNumber());
  const uploadId = await uploadPackage(context, tenant, archive);
  if (uploadId === undefined) return undefined;
  const asked = await requestBuild(context, tenant, { uploadId, appId, bad });
  const end = asked && (await follow(context, asked));
  return end?.state === 'completed' ? (end.appId ?? undefined) : undefined;
};

const install = async (context: StoryContext, tenant: Tenant, appId: number): Promise<undefined> => {
  const asked = await requestInstall(context, tenant, appId);
  if (asked) await follow(context, asked);
};

/** Polls until the job has ended; cancels some, and tries some again that did not succeed. */
const follow = async (context: StoryContext, asked: Accepted): Promise<Seen | undefined> => {
  const { client, random } = context;
  for (;;) {
    const [end] = await Promise.all([pollUntilEnd(context, asked), maybeCancel(client, random, asked)]);
    if (!end || end.state === 'completed') return end;
    if (!(await maybeRetry(client, random, asked))) return end;
  }
};
