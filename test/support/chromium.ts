import { chromium, type Browser } from 'playwright-core';
import { findProgram, installPackage } from './system-packages.ts';

/** As Debian, Alpine, snap and Homebrew call it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** No sandbox: containers seldom let a browser make one. It asks nobody but the pages of the tests for anything. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How long it may take to install one. */
export const BROWSER_TIMEOUT_MS = 300_000;

/**
 * A real browser without a window: the machine's own, never one that a package downloads.
 *
 * @throws Error in one line when there is none and none can be installed.
 */
export const launchBrowser = async (): Promise<Browser> => {
  const find = (): string | undefined => NAMES.map(findProgram).find((file) => file !== undefined);
  const executablePath = find() ?? (installPackage({ apt: 'chromium', brew: 'chromium' }) ? find() : undefined);
  if (executablePath === undefined)
    throw new Error(`The tests need a browser: install chromium, or have one of these on PATH: ${NAMES.join(', ')}.`);
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
};
