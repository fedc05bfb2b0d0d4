import { isAbsent, own, show } from '../json/values.ts';
import type { ManifestContext } from './manifest-context.ts';

const currentFramework = '2.0';

const versionPattern = /^(?:\d+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)?$/;

/**
 * How a framework version compares to 2, by the rules for version numbers of the reference's language: a blank one is
 * 0, and a part with letters makes it a version before the one in front of it (`2.0.pre` is older than 2).
 */
export const frameworkAge = (version: unknown): 'missing' | 'old' | 'current' | 'unreadable' => {
  if (isAbsent(version)) return 'missing';
  if (typeof version !== 'string' && typeof version !== 'number') return 'unreadable';
  const text = String(version).slice(0, 100).trim();
  if (!versionPattern.test(text)) return 'unreadable';
  const [major = '0', ...rest] = text.replaceAll('-', '.pre.').split('.');
  if (Number(major) !== 2) return Number(major) < 2 ? 'old' : 'current';
  const deciding = rest.find((part) => !/^0*$/.test(part)) ?? '0';
  return /^\d/.test(deciding) ? 'current' : 'old';
};

/** Only "2.0" has a host to run on. Package rules of the reference validator 4.52. */
export const checkFrameworkVersion = ({ manifest, report }: ManifestContext): void => {
  const version = own(manifest, 'frameworkVersion');
  if (version === currentFramework) return;
  if (isAbsent(version)) {
    report({
      key: 'manifest_keys.missing',
      path: ['frameworkVersion'],
      message: `manifest.json has no "frameworkVersion"; write "frameworkVersion": "${currentFramework}".`,
      data: { missing_keys: 'frameworkVersion', count: 1 },
    });
  }
  report({
    key: 'invalid_version',
    path: ['frameworkVersion'],
    message:
      `"frameworkVersion" in manifest.json is ${show(version)}; write "${currentFramework}", the only one supported, ` +
      'and move an app of framework 1 to iframe pages under assets/.',
    data: { target_version: version ?? null, available_versions: currentFramework },
  });
};
