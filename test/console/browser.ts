import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Folder of screenshots of the console, kept for inspection after a run of the tests. */
const SCREENSHOTS = process.env.GORDON_TEST_SHOTS ?? join('.gordon', 'screenshots');

function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  if (named) return existsSync(named) ? named : undefined;
  try {
    return execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
  } catch {
    // `which` exits with 1 if there is none.
    return undefined;
  }
}

const executablePath = findChromium();

/** Why tests that need a browser are skipped; undefined: they can run. */
export const browserAbsent: string | undefined = executablePath
  ? undefined
  : 'no Chromium: install the package "chromium" or point CHROMIUM_PATH at one';

export const openBrowser = (): Promise<Browser> =>
  // The sandbox needs user namespaces, which root in a container does not have; the pages are our own.
  chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });

export interface Tab extends AsyncDisposable {
  readonly page: Page;
  /** what the browser complained about: script errors, policy violations, failed requests */
  readonly complaints: readonly string[];
  /** every origin that received a request */
  readonly origins: ReadonlySet<string>;
  shot(name: string): Promise<void>;
  /** @throws when axe finds anything; the message names the rule and the elements */
  checkAccessible(): Promise<void>;
}

export async function openTab(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(12_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  await page.goto(url);
  return {
    page,
    complaints,
    origins,
    async shot(name) {
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
    },
    checkAccessible: () => checkAccessible(page),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

interface AxeResult {
  readonly violations: readonly { id: string; help: string; nodes: readonly { html: string }[] }[];
}

async function checkAccessible(page: Page): Promise<void> {
  // The protocol bypasses the page's policy, which allows only the page's own script.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResult;
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.html).join(' | ')}`,
  );
  expect(found).toEqual([]);
}
