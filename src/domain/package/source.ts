import type { PackageView } from './package-view.ts';
import type { ProblemList } from './problem-list.ts';

/** The first file that is code of the app. */
const findSource = (view: PackageView): string | undefined => {
  const code = view.files.find(({ path }) => /\.jsx?$/.test(path) || /^templates\/.*\.hdbs$/s.test(path));
  if (code) return code.path;
  const stylesheet = view.find('app.scss') ?? view.find('app.css');
  return stylesheet && stylesheet.bytes.length > 0 ? stylesheet.path : undefined;
};

/** An app without pages of its own has no code either. Package rules of the reference validator 4.52. */
export const checkSource = (view: PackageView, problems: ProblemList): void => {
  const path = findSource(view);
  if (path === undefined) return;
  const message = `${path} is code, but manifest.json says that the app has none; remove the file or the flag.`;
  problems.add({ key: 'no_source_required_apps', message, file: path });
};
