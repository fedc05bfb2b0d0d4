import type { App, Parameter } from '../../../db/apps.ts';
import { listingTexts } from '../../../domain/package/listing-texts.ts';
import { formatTime } from './format.ts';

export interface AppUrls {
  publicUrl: string;
  /** E.g. `/api/sell/apps`. */
  appsPath: string;
}

/** Parts that `exclude=` leaves out of an app. */
type AppPart = 'parameters' | 'categories';

export const presentApp = (app: App, urls: AppUrls, exclude: ReadonlySet<string> = new Set()) => {
  const { definition } = app;
  const texts = listingTexts(definition);
  return {
    id: app.id,
    name: app.name,
    author_name: definition.author.name,
    author_email: definition.author.email,
    ...(!exclude.has('categories' satisfies AppPart) && { categories: [] as string[] }),
    created_at: formatTime(app.createdAt),
    updated_at: formatTime(app.updatedAt),
    default_locale: definition.defaultLocale,
    featured: false,
    promoted: false,
    framework_version: definition.frameworkVersion,
    installable: !definition.marketingOnly,
    installation_instructions: texts.installationInstructions ?? '',
    raw_installation_instructions: texts.installationInstructions,
    long_description: texts.longDescription ?? '',
    raw_long_description: texts.longDescription,
    short_description: app.shortDescription ?? texts.shortDescription,
    ...presentPictures(app, urls),
    owner_id: app.accountId,
    ...(!exclude.has('parameters' satisfies AppPart) && {
      parameters: app.parameters.map((parameter) => presentParameter(app.id, parameter)),
    }),
    rating: { average: null, count: { '1': 0, '2': 0, '3': 0, '4': 0, '5': 0 }, total_count: 0 },
    single_install: definition.singleInstall,
    version: definition.version,
    visibility: app.visibility,
    // Ours, not the vendor's: where a page finds the files of the version that runs now.
    asset_url_prefix: `${urls.publicUrl}/assets/${app.assetKey}/`,
  };
};

/** Addresses of the pictures that the package really has. */
const presentPictures = ({ id, definition: { pictures } }: App, { appsPath }: AppUrls) => {
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
  default_value: parameter.secure ? null : parameter.defaultValue,
  created_at: formatTime(parameter.createdAt),
  updated_at: formatTime(parameter.createdAt),
});
