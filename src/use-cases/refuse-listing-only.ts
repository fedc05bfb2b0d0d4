import type { App, AppOutline } from '../db/apps.ts';
import { AppError } from '../errors.ts';

/** An app that is only a page in a list has nothing to install. @throws AppError `not_installable` */
export const refuseListingOnly = ({
  name,
  definition,
}: Pick<App, 'name'> & { definition: Pick<AppOutline, 'marketingOnly'> }): void => {
  if (definition.marketingOnly)
    throw new AppError('not_installable', 422, `The app "${name}" is listed only: it cannot be installed.`);
};
