import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { AppError } from '../../../errors.ts';
import { changeApp } from '../../../use-cases/catalogue/change-app.ts';
import { deleteApp, type DoomedApp } from '../../../use-cases/delete-app.ts';
import { refuseUnlessInDevelopment } from './decide-update.ts';
import { describeApp } from './describe-app.ts';
import { versionAmong } from './find-version.ts';
import { KIND } from './kind.ts';
import type { SeenVersion } from './read-app.ts';

/**
 * Deletes a version in development; with the only one the app goes, and so do the account's own installations of it.
 * What is known of the version may be old: both ways decide again when nobody else can change the app.
 *
 * @throws AppError `wrong_state`, `version_in_use`; NotFoundError
 */
export const deleteVersion = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  actor: Actor,
  { app, versions, version }: SeenVersion,
): Promise<void> => {
  const { accountId, id } = app;
  refuseUnlessInDevelopment(version);
  if (versions.length === 1) {
    const check = refuseUnlessOnly(version.externalId!);
    return deleteApp(deps, { accountId, actor, id, kind: KIND, check });
  }
  await changeApp(deps, {
    actor,
    ref: { accountId, kind: KIND, by: 'id', value: id },
    describe: describeApp,
    decide: (_app, found) => {
      const now = versionAmong(found, version.externalId!);
      refuseUnlessInDevelopment(now);
      return { removeVersion: now.id };
    },
  });
};

const refuseUnlessOnly =
  (externalId: string) =>
  ({ versions, installedByOthers }: DoomedApp): void => {
    refuseUnlessInDevelopment(versionAmong(versions, externalId));
    if (versions.length > 1)
      throw new AppError('wrong_state', 409, 'The app has got another version meanwhile; ask for its versions again.');
    // Drafts could be shown to all once, so that others may have one.
    if (installedByOthers)
      throw new AppError(
        'version_in_use',
        409,
        'Another organization has this app installed, so it cannot be deleted.',
      );
  };
