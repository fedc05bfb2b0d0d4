import { Router } from 'express';
import { findAppTexts, findListedApp, type ListedApp } from '../../../db/app-lists.ts';
import { mayInstall } from '../../../db/apps.ts';
import type { Deps } from '../../../deps.ts';
import { parameterTexts, type ParameterText } from '../../../domain/package/parameter-texts.ts';
import { effectiveSettings, isSecret } from '../../../domain/settings.ts';
import { NotFoundError } from '../../../errors.ts';
import { refuseListingOnly } from '../../../use-cases/refuse-listing-only.ts';
import { allow, authenticate, userOf } from '../../auth.ts';
import { parse } from '../../parse.ts';
import { readAppView, setLanguages } from './app-view.ts';
import { APP_KIND } from './kind.ts';
import { localeFor } from './present-app.ts';
import { idParams } from './schema.ts';

/** What an admin is asked before an app is installed. */
export const newInstallationRoutes = (deps: Deps): Router => {
  const router = Router();

  router.get('/:id/installations/new', authenticate(deps), allow('admin'), async (req, res) => {
    const { id } = parse(idParams, req.params);
    const view = readAppView(req);
    const ref = { accountId: userOf(res).accountId, id, kind: APP_KIND };
    // An app that is private again goes on running where it is installed, and can be installed nowhere else.
    const app = (await mayInstall(deps.db, ref)) ? await findListedApp(deps.db, ref, localeFor(view)) : undefined;
    if (!app) throw new NotFoundError(`There is no app ${id} that this account can install.`);
    refuseListingOnly(app);
    const { locale, definition, versionId } = app;
    const translations = await findAppTexts(deps.db, versionId, [definition.defaultLocale, locale]);
    setLanguages(res, [locale]);
    const textOf = parameterTexts({ ...definition, translations }, locale);
    res.json({ installation: presentNewInstallation(app, textOf) });
  });

  return router;
};

/**
 * The settings of an installation to be: its title first, under `name`, then the app's parameters in their order. A secret
 * default is not shown. The vendor documents none of this; a public client reads `key`, `type`, `secure`, `required`.
 */
const presentNewInstallation = (
  { id, name, parameters }: Pick<ListedApp, 'id' | 'name' | 'parameters'>,
  textOf: (name: string) => ParameterText,
) => {
  const defaults = effectiveSettings(parameters, {});
  const title = { key: 'name', type: 'text', secure: false, required: true, default_value: name };
  return {
    app_id: id,
    name,
    settings: [
      { ...title, label: 'name', help: null },
      ...parameters.map((parameter) => {
        const { label, help } = textOf(parameter.name);
        return {
          key: parameter.name,
          type: parameter.kind,
          secure: isSecret(parameter),
          required: parameter.required,
          default_value: defaults[parameter.name] ?? null,
          label: label ?? parameter.name,
          help,
        };
      }),
    ],
  };
};
