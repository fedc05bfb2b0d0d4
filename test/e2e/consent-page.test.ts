import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BROWSER_TIMEOUT_MS, launchBrowser } from '../support/chromium.ts';
import { lowContrastScript } from '../support/contrast.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import {
  askTokens,
  codeBody,
  login,
  newAttempt,
  pageOf,
  startListener,
  tokensOf,
  type Attempt,
  type Listener,
} from '../support/oauth-login.ts';

describe('the consent page in a browser', () => {
  let harness: Harness;
  let browser: Browser;
  let listener: Listener;
  let attempt: Attempt;
  let page: Page;
  /** Whatever the browser complains of: errors, and what the page's own policy refused. */
  let complaints: string[];
  beforeAll(async () => {
    browser = await launchBrowser();
    harness = await createHarness('postgres');
  }, BROWSER_TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await harness?.close();
  });
  beforeEach(async () => {
    listener = await startListener();
    attempt = newAttempt({ redirect_uri: listener.redirectUri });
    page = await browser.newPage();
    complaints = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (err) => complaints.push(err.message));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    await page.goto(harness.origin + pageOf(attempt.query));
  });
  afterEach(async () => {
    await page.close();
    await listener.close();
  });

  const type = async (email: string, password: string): Promise<void> => {
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill(password);
  };
  const press = (name: 'Allow' | 'Deny'): Promise<void> => page.getByRole('button', { name }).click();

  it('lets a client in: typed, allowed, back at the listener with a code that is good', async () => {
    await type(login.email, login.password);
    await press('Allow');
    await page.waitForURL(`${listener.redirectUri}**`);
    const { code, state } = await listener.arrived;
    expect(state).toBe(attempt.state);
    await tokensOf(await askTokens(harness, codeBody(code!, attempt)));
    expect(complaints).toEqual([]);
  });

  it('can be used with the keyboard alone: the cursor waits in the first field, Enter allows', async () => {
    await page.locator('#email:focus').waitFor();
    await page.keyboard.type(login.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(login.password);
    await page.keyboard.press('Enter');
    expect(Object.keys(await listener.arrived).sort()).toEqual(['code', 'state']);
    expect(complaints).toEqual([]);
  });

  it('sends the client away when the answer is no, with nothing typed', async () => {
    await press('Deny');
    await page.waitForURL(`${listener.redirectUri}**`);
    expect(await listener.arrived).toMatchObject({ error: 'access_denied', state: attempt.state });
    expect(complaints).toEqual([]);
  });

  it('says that the password is wrong, keeps the address, and goes on from there', async () => {
    await type(login.email, 'wrong horse');
    await press('Allow');
    const problem = page.getByRole('alert');
    await problem.waitFor();
    expect(await problem.textContent()).toMatch(/do not belong together/);
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(login.email);
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    await page.locator('#password:focus').waitFor();
    // The browser reports the status of the answer; nothing else.
    expect(complaints.filter((text) => !/status of 401/.test(text))).toEqual([]);
    await page.keyboard.type(login.password);
    await press('Allow');
    expect((await listener.arrived)['state']).toBe(attempt.state);
  });

  it('is bound together for those who do not see it, and has no text of low contrast', async () => {
    await type(login.email, 'wrong horse');
    await press('Allow');
    await page.getByRole('alert').waitFor();
    const described: string = await page.evaluate(
      `document.getElementById('password').getAttribute('aria-describedby').split(' ')
        .map((id) => document.getElementById(id).textContent).join(' ')`,
    );
    expect(described).toMatch(/do not belong together.*API tokens/s);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const low = await page.evaluate<string[]>(lowContrastScript);
      expect([colorScheme, ...low]).toEqual([colorScheme]);
    }
  });

  it('fits a narrow screen', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  });

  it('is not shown in a frame of another page', async () => {
    const outer = await browser.newPage();
    await outer.goto(listener.redirectUri);
    await outer.setContent(`<iframe src="${harness.origin}${pageOf(attempt.query)}"></iframe>`);
    // What the browser shows in its place.
    const frame = outer.frames()[1]!;
    await frame.waitForURL('chrome-error://**');
    expect(await frame.locator('form').count()).toBe(0);
    await outer.close();
  });
});
