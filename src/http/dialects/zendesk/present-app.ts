import type { ChooseLocale, ListedApp } from '../../../db/app-lists.ts';
import type { Parameter } from '../../../db/apps.ts';
import { chooseLocale } from '../../../domain/package/translations/choose-locale.ts';
import { summariseRatings } from '../../../domain/rating.ts';
import { isSecret } from '../../../domain/settings.ts';
import type { HtmlOf } from '../../../use-cases/texts/read-html.ts';
import type { AppView } from './app-view.ts';
import { formatTime } from './format.ts';

export interface AppUrls {
  /** Without a slash at its end. */
  baseUrl: string;
  /** E.g. `/api/sell/apps`. */
  appsPath: string;
}

/** How apps are presented in one answer. */
interface AppPresentation {
  urls: AppUrls;
  view: Pick<AppView, 'exclude'>;
  /** Of the app's texts. */
  htmlOf: HtmlOf;
}

/** Parts that `exclude=` leaves out of an app. */
type AppPart = 'parameters' | 'categories';

/** Chooses the locale that an app's texts are shown in. */
export const localeFor =
  ({ wishes }: AppView): ChooseLocale =>
  (locales, defaultLocale) =>
    chooseLocale(locales, defaultLocale, wishes);

/**
 * An app as this vendor shows it. Categories are objects with id and name, as public type definitions for the vendor's
 * API have them. The `raw_` texts are those of the package; those without it are HTML: the vendor's own example of such
 * a text (a plan's description) is a rendered paragraph.
 */
export const presentApp = (app: ListedApp, { urls, view, htmlOf }: AppPresentation) => {
  const { definition, texts } = app;
  return {
    id: app.id,
    name: app.name,
    author_name: definition.author.name,
    author_email: definition.author.email,
    ...(!view.exclude.has('categories' satisfies AppPart) && { categories: app.categories }),
    created_at: formatTime(app.createdAt),
    updated_at: formatTime(app.updatedAt),
    default_locale: definition.defaultLocale,
    featured: app.featured,
    promoted: app.promoted,
    framework_version: definition.frameworkVersion,
    installable: !definition.marketingOnly,
    installation_instructions: htmlOf(texts.installationInstructions),
    raw_installation_instructions: texts.installationInstructions,
    long_description: htmlOf(texts.longDescription),
    raw_long_description: texts.longDescription,
    short_description: app.shortDescription ?? texts.shortDescription,
    ...presentPictures(app, urls),
    owner_id: app.accountId,
    ...(!view.exclude.has('parameters' satisfies AppPart) && {
      parameters: app.parameters.map((parameter) => presentParameter(app.id, parameter)),
    }),
    rating: presentRating(app),
    single_install: definition.singleInstall,
    version: definition.version,
    visibility: app.visibility,
    // Ours, not the vendor's: where a page finds the files of the version that runs now.
    asset_url_prefix: `${urls.baseUrl}/assets/${app.assetKey}/`,
  };
};

const presentRating = ({ ratings }: ListedApp) => {
  const { average, total } = summariseRatings(ratings);
  return { average, count: ratings, total_count: total };
};

/** Addresses of the pictures that the package really has. */
const presentPictures = ({ id, definition: { pictures } }: ListedApp, { appsPath }: AppUrls) => {
  const address = (path: string): string => `${appsPath}/${id}/${path}`;
  const icon = (path: string): string | null => (pictures.includes(path) ? address(path) : null);
  return {
    large_icon: icon('assets/logo.png'),
    small_icon: icon('assets/logo-small.png'),
    screenshots: pictures.filter((path) => path.startsWith('assets/screenshot-')).map(address),
  };
};

const presentParameter = (appId: number, parameter: Parameter) => ({
  id: parameter.id,
  app_id: appId,
  name: parameter.name,
  kind: parameter.kind,
  position: parameter.position,
  required: parameter.required,
  secure: parameter.secure,
  default_value: isSecret(parameter) ? null : parameter.defaultValue,
  created_at: formatTime(parameter.createdAt),
  updated_at: formatTime(parameter.updatedAt),
});
