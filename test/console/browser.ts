import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Folder of screenshots of the console, for inspection after a run of the tests; undefined: none are taken. */
const SCREENSHOTS = process.env.GORDON_TEST_SHOTS;

/** `axe.source` is the build that is not minified, which takes twice as long to send and to compile. */
const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

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
  chromium.launch({ executablePath: executablePath!, args: FLAGS });

const FLAGS = [
  // The sandbox needs user namespaces, which root in a container does not have; the pages are our own.
  '--no-sandbox',
  // Without a graphics card, one is emulated: painting on the processor is cheaper than that.
  '--disable-gpu',
  '--in-process-gpu',
  // All tabs show the same site.
  '--process-per-site',
  '--renderer-process-limit=1',
];

export interface Tab extends AsyncDisposable {
  readonly page: Page;
  /** what the browser complained about: script errors, policy violations, failed requests */
  readonly complaints: readonly string[];
  /** every origin that received a request */
  readonly origins: ReadonlySet<string>;
  /** keeps a screenshot, where they are requested */
  shot(name: string): Promise<void>;
  /** @throws when axe finds anything; the message names the rule and the elements */
  checkAccessible(): Promise<void>;
}

/** How a tab looks. */
export interface Look {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly hasTouch?: boolean;
  /** names a page that no other test gets */
  readonly own?: string;
}

const WINDOW = { width: 1280, height: 800 };

const pages = new WeakMap<Browser, Map<string, Promise<Page>>>();

/**
 * Tabs are one page, loaded anew, and so one process of the browser: to start one costs more than most tests do. A screen that is touched is
 * another one. The console keeps nothing in the browser.
 */
function pageOf(browser: Browser, { hasTouch = false, own = '' }: Look): Promise<Page> {
  const known = pages.get(browser) ?? new Map<string, Promise<Page>>();
  pages.set(browser, known);
  const key = `${hasTouch} ${own}`;
  const page = known.get(key) ?? openPage(browser, hasTouch);
  known.set(key, page);
  return page;
}

async function openPage(browser: Browser, hasTouch: boolean): Promise<Page> {
  const context = await browser.newContext({ viewport: WINDOW, hasTouch });
  // No bound on speed: it ends what hangs before the test's own timeout does, and names it.
  context.setDefaultTimeout(60_000);
  return context.newPage();
}

export async function openTab(browser: Browser, url: string, look: Look = {}): Promise<Tab> {
  const page = await pageOf(browser, look);
  await page.setViewportSize(look.viewport ?? WINDOW);
  await page.emulateMedia({ colorScheme: look.colorScheme ?? 'light' });
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
      if (!SCREENSHOTS) return;
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
    },
    checkAccessible: () => checkAccessible(page),
    async [Symbol.asyncDispose]() {
      await page.removeAllListeners(undefined, { behavior: 'wait' });
      await page.unrouteAll();
      await page.context().setOffline(false);
      await page.mouse.move(0, 0);
      // A page of the same site: a blank one would end the process.
      await page.goto(new URL('/healthz', page.url()).href);
    },
  };
}

interface AxeResult {
  readonly violations: readonly { id: string; help: string; nodes: readonly { html: string }[] }[];
}

async function checkAccessible(page: Page): Promise<void> {
  // The protocol bypasses the page's policy, which allows only the page's own script.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(AXE);
  const { violations } = (await page.evaluate(`axe.run({ resultTypes: ['violations'] })`)) as AxeResult;
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.html).join(' | ')}`,
  );
  expect(found).toEqual([]);
}
