import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DAY, isoDay } from '../../functions/core/time/time.ts';
import { startTestHost, type TestHost } from '../helpers/host.ts';
import { browserAbsent, openBrowser, openTab, type Tab } from './browser.ts';
import { raggedSeries } from './ragged-series.ts';

const why = browserAbsent ? `: ${browserAbsent}` : '';
const TODAY = Math.floor(Date.now() / DAY) * DAY;
const day = (ago: number): string => isoDay(TODAY - ago * DAY);
const WIDTHS = {
  wide: { viewport: { width: 1440, height: 900 } },
  tablet: { viewport: { width: 768, height: 1024 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
};
const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  Object.entries(WIDTHS).map(
    ([width, options]) => [`${colorScheme}, ${width}`, { ...options, colorScheme }] as const,
  ),
);
const PAGES = ['coverage', 'jobs', 'jobs/new', 'series', 'health'];

describe.skipIf(browserAbsent)(`the console in a real browser${why}`, () => {
  let at: TestHost;
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    at = await startTestHost({}, undefined, { env: { GORDON_SIMULATED: '1' } });
    browser = await openBrowser();
    url = `http://127.0.0.1:${at.host.ports.jobs}/`;
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await at?.[Symbol.asyncDispose]();
  });
  afterEach(() => at.venues.faults.clear());

  /** What no page may do. */
  const unblemished = ({ complaints, origins }: Tab): void => {
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([new URL(url).origin]);
  };

  it('leads from an empty warehouse to a finished job', async () => {
    await using tab = await openTab(browser, url);
    const { page } = tab;
    await page.getByRole('heading', { name: 'The warehouse is empty' }).waitFor();
    await page.getByText('Simulated data: made by the venue simulator').waitFor();
    await tab.shot('coverage-empty');
    await page.getByRole('link', { name: 'Start a job' }).click();
    await page.getByLabel('What').selectOption('klines_spot');
    await page.getByLabel('Symbols').fill('btcusdt');
    await page.getByLabel('From').fill(day(40));
    await page.getByLabel('To (exclusive; empty: now)').fill(day(1));
    await tab.shot('job-order');
    await page.getByRole('button', { name: 'Continue' }).click();
    // First the quote: 39 days of minutes.
    await page.getByText('56,160 rows').waitFor();
    await tab.checkAccessible();
    await tab.shot('job-quote');
    await page.getByRole('button', { name: 'Start the job' }).click();
    const job = page.getByRole('region', { name: 'The chosen job' });
    await job.getByText('succeeded').waitFor();
    expect(await job.getByText('56,160').first().isVisible()).toBe(true);
    await tab.shot('job-done');
    const [row] = await at.sql`select count(*)::int as n from market_data.spot_klines`;
    expect(row).toEqual({ n: 39 * 1_440 });
    unblemished(tab);
  });

  it('shows what is wrong with an order, in the words of the API', async () => {
    await using tab = await openTab(browser, `${url}#/jobs/new`);
    const { page } = tab;
    await page.getByLabel('Symbols').fill('NOSUCHUSDT');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').getByText('do not list it').waitFor();
    expect(await page.getByRole('button', { name: 'Start the job' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Back' }).click();
    expect(await page.getByLabel('Symbols').inputValue()).toBe('NOSUCHUSDT');
    await page.getByLabel('Symbols').fill('btc/usdt');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').getByText('Write BTCUSDT.').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('shows a running job and cancels it', async () => {
    // No file arrives before the job is cancelled.
    at.venues.faults.add({ kind: 'delay', ms: 2_000, match: '/data/' });
    const { id } = await at.order({
      source: 'klines',
      symbols: ['ETHUSDT'],
      from: '2023-01-01',
      to: '2025-01-01',
    });
    await using tab = await openTab(browser, `${url}#/jobs/${id}`);
    const { page } = tab;
    const job = page.getByRole('region', { name: 'The chosen job' });
    await job.getByText(/chunks: .*running/).waitFor();
    await tab.shot('job-running');
    await tab.checkAccessible();
    await job.getByRole('button', { name: 'Cancel the job' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Let it run' }).click();
    await job.getByRole('button', { name: 'Cancel the job' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the job' }).click();
    await job.getByText('cancelled', { exact: true }).waitFor();
    expect((await at.wait(id)).status).toBe('cancelled');
    // Polls bring nothing from here on: the host itself sends what changes.
    await page.route('**/backfill/jobs?*', (route) => route.fulfill({ json: [] }));
    const list = page.getByRole('list', { name: 'Jobs, newest first' });
    const listed = await at.order({ source: 'funding', symbols: ['ETHUSDT'], from: day(5), to: day(4) });
    await list.locator(`a[href*="${listed.id}"]`).getByText('succeeded').waitFor();
    await job.getByRole('button', { name: 'Order again' }).click();
    await page.getByRole('dialog').getByText('Takes about').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    unblemished(tab);
  });

  it('fills a hole that is clicked on', async () => {
    await lose(day(10), day(8));
    await using tab = await openTab(browser, url);
    const { page } = tab;
    const series = page.getByRole('row', { name: /BTCUSDT klines_spot/ });
    await series.getByText('2,880').waitFor();
    // From the search for the series to its hole, by keyboard.
    await page.getByPlaceholder('Filter series').fill('spot btc');
    // By month the hole begins elsewhere.
    await page.locator('[role=application][aria-busy=false]').focus();
    await page.keyboard.press('n');
    await page
      .getByText(/1,440 rows missing/)
      .first()
      .waitFor();
    // The details stand beside the map, and the address has what is chosen.
    const details = page.getByRole('region', { name: 'Details of the chosen time' });
    await details.getByText('The ledger has nothing about this time.').waitFor();
    expect(new URLSearchParams(page.url().split('?')[1]).get('series')).toBe('klines_spot BTCUSDT 1m');
    await tab.shot('coverage-hole');
    await tab.checkAccessible();
    // A click at the cursor does the same as Enter.
    const cursor = (await page.locator('.cursor').boundingBox())!;
    await page.mouse.click(cursor.x + cursor.width / 2, cursor.y + cursor.height / 2);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2,880 rows are missing').waitFor();
    await dialog.getByText(`${day(10)} to ${day(8)}`).waitFor();
    await tab.shot('coverage-fill');
    await dialog.getByRole('button', { name: 'Start the job' }).click();
    await page.getByText('The job has started').waitFor();
    await series.getByText('100 %').waitFor();
    await page
      .getByText(/1,440 rows there/)
      .first()
      .waitFor();
    // At once: the evidence follows the map.
    await details.getByText(/: 1,440 rows from the file .*, stored/).waitFor();
    const [row] = await at.sql`
      select count(*)::int as n from market_data.spot_klines where symbol = 'BTCUSDT' and timeframe = '1m'`;
    expect(row).toEqual({ n: 39 * 1_440 });
    unblemished(tab);
  });

  it('draws candles with a hole, and every other kind of series', async () => {
    const orders = [
      { source: 'funding', symbols: ['BTCUSDT'], from: day(60), to: day(1) },
      { source: 'sentiment', from: day(60), to: day(1) },
      { source: 'macro', symbols: ['M2SL'], from: day(400), to: day(1) },
      { source: 'gex' },
      { source: 'option_quotes_deribit' },
    ];
    for (const order of orders) await at.wait((await at.order(order)).id);
    await lose(day(6), day(5));
    await using tab = await openTab(browser, `${url}#/series/klines_spot/BTCUSDT/1m`);
    const { page } = tab;
    await page.getByRole('img', { name: /Binance spot candles of BTCUSDT, candles/ }).waitFor();
    await page.getByText(`${day(6)} to ${day(5)}: missing`).waitFor();
    expect(await page.locator('.chart canvas').count()).toBeGreaterThan(0);
    await tab.shot('series-candles');
    // A week of quarters of an hour: as many as the eye can separate. The address leads back here.
    await page.getByRole('button', { name: '1W', exact: true }).click();
    await expect.poll(() => page.getByRole('combobox', { name: 'Candles of' }).inputValue()).toBe('15m');
    await page.getByRole('img', { name: /candles, .* points/ }).waitFor();
    await page.getByRole('button', { name: 'Log scale' }).click();
    expect(page.url()).toMatch(/every=15m&bars=672&scale=log$/);
    await page.getByText('Copy as…').click();
    await page.getByRole('button', { name: 'DuckDB' }).click();
    await page.getByText(/SELECT \* FROM read_parquet\('http.*every=15m/).waitFor();
    const link = page.getByRole('link', { name: 'Download CSV for Excel' });
    expect(await link.getAttribute('href')).toMatch(/every=15m&format=excel$/);
    await page.getByRole('combobox', { name: 'Candles of' }).selectOption('1d');
    await page.getByRole('img', { name: /38 points/ }).waitFor();
    await page.getByRole('button', { name: 'Earlier' }).click();
    await page.getByText('Newest rows').click();
    await tab.checkAccessible();
    await page.goto(`${url}#/series/klines_spot/BTCUSD/1m`);
    await page.getByText('No such series').waitFor();
    await page.getByRole('link', { name: 'klines_spot BTCUSDT 1m' }).click();
    await page.getByRole('img', { name: /Binance spot candles of BTCUSDT/ }).waitFor();
    const others: readonly [string, RegExp, string][] = [
      ['BTCUSDT funding_binance 1h', /funding.*of BTCUSDT, rate/i, 'series-funding'],
      ['FNG fear_greed 1d', /of FNG, value/, 'series-sentiment'],
      ['M2SL macro_fred 1d', /of M2SL, value/, 'series-macro'],
      ['BTC gex_deribit 1h', /Gamma exposure of BTC options by strike/, 'series-gex'],
      // One option of the chain, and not one after the other.
      ['BTC option_quotes_deribit 1h', /Option chains of Deribit of BTC, \w+, .* 1 points/, 'series-option'],
    ];
    for (const [label, picture, shot] of others) {
      await page.getByLabel('Series shown').selectOption({ label });
      await page.getByRole('img', { name: picture }).waitFor();
      await tab.shot(shot);
      await tab.checkAccessible();
    }
    await at.wait(
      (await at.order({ source: 'klines_spot', symbols: ['BTCUSDT'], from: day(6), to: day(5) })).id,
    );
    unblemished(tab);
  });

  it('finds symbols while one types, with the lives that their venue gave them', async () => {
    await at.sql`
      insert into market_data.universe (venue, contract, symbol, base, quote, listed_at, delisted_at, evidence, looked_at)
      values ('binance', 'spot', 'LUNAUSDT', 'LUNA', 'USDT', '2020-08-21Z', '2022-05-13Z', '{}', now())`;
    await using tab = await openTab(browser, `${url}#/jobs/new`);
    const { page } = tab;
    await page.getByLabel('Symbols').fill('btcusdt, lun');
    const found = page.getByRole('list', { name: 'Symbols found' });
    await found.getByText('spot from 2020-08-21 to 2022-05-13').waitFor();
    await tab.checkAccessible();
    await tab.shot('job-symbols');
    await found.getByRole('button', { name: 'LUNAUSDT' }).click();
    expect(await page.getByLabel('Symbols').inputValue()).toBe('BTCUSDT, LUNAUSDT');
    unblemished(tab);
  });

  it('says that nobody runs the schedules of this host', async () => {
    await using tab = await openTab(browser, `${url}#/health`);
    const { page } = tab;
    await page.getByText('Schedules are off: nothing keeps the warehouse current.').waitFor();
    await page.getByRole('heading', { name: 'Errors by venue, 24 hours' }).waitFor();
    await page.getByRole('img', { name: /binance-spot: now .* of the limit/ }).waitFor();
    // The tests bring a database of their own.
    await page.getByText('how much room its disk has is not known').waitFor();
    unblemished(tab);
  });

  it('shows when chunks were fetched, and what they waited for', async () => {
    const job = await at.order({ source: 'funding', symbols: ['ETHUSDT'], from: day(60), to: day(1) });
    await at.wait(job.id);
    await using tab = await openTab(browser, `${url}#/jobs/${job.id}`);
    const { page } = tab;
    await page.getByText(/Timeline: .* series/).waitFor();
    await page.getByRole('img', { name: /funding_binance ETHUSDT 1h: \d+ chunks?/ }).waitFor();
    await tab.checkAccessible();
    await tab.shot('job-timeline');
    unblemished(tab);
  });

  it('shows gamma exposure by strike, by expiry and in time', async () => {
    // An hour before, as a host that has run longer has it.
    await at.sql`
      insert into market_data.gex_snapshots
      select symbol, time - interval '1 hour', expiry, strike, call_oi, put_oi, call_iv, put_iv, call_gamma, put_gamma,
        call_gex / 2, put_gex * 2, gross_gex, forward, spot * 0.99, quoted_at - interval '1 hour'
      from market_data.gex_snapshots where symbol = 'BTC' and time = (select max(time) from market_data.gex_snapshots)
      on conflict do nothing`;
    await using tab = await openTab(browser, `${url}#/series/gex_deribit/BTC/1h`);
    const { page } = tab;
    const chart = page.getByRole('img', { name: /by strike, \d+ bars, largest .* USD, price/ });
    await chart.waitFor();
    // Readable without scrolling.
    expect((await chart.boundingBox())!.height).toBeLessThan(600);
    await page.getByRole('button', { name: 'Net', exact: true }).click();
    await page.getByRole('button', { name: 'By expiry' }).click();
    await page.getByRole('img', { name: /by expiry, \d+ bars/ }).waitFor();
    expect(page.url()).toMatch(/view=expiries&show=net$/);
    await page.getByRole('button', { name: 'By strike and hour' }).click();
    await page.getByRole('img', { name: /^Net gamma exposure .* by strike and hour, 2 snapshots/ }).waitFor();
    await page.getByRole('button', { name: 'Gross', exact: true }).click();
    await page.getByRole('img', { name: /^Gross gamma exposure/ }).waitFor();
    await tab.shot('series-gex-hours');
    await tab.checkAccessible();
    unblemished(tab);
  });

  it('shows values that are revised as they were known on a day', async () => {
    await using tab = await openTab(browser, `${url}#/series/macro_fred/M2SL/1d?as_of=${day(120)}`);
    const { page } = tab;
    await page.getByRole('img', { name: /of M2SL, value/ }).waitFor();
    await page.getByText('Revisions: what was known when').click();
    const table = page.getByRole('region', { name: 'Revised values' });
    await table.getByRole('columnheader', { name: `as of ${day(120)}` }).waitFor();
    expect(await table.getByRole('row').count()).toBeGreaterThan(1);
    await tab.shot('series-macro-revisions');
    await tab.checkAccessible();
    unblemished(tab);
  });

  it.each(LOOKS)('is accessible and fits the screen: %s', async (name, options) => {
    await using tab = await openTab(browser, url, options);
    for (const path of [...PAGES, 'series/gex_deribit/BTC/1h', 'series/gex_deribit/BTC/1h?view=hours']) {
      await tab.page.goto(`${url}#/${path}`);
      await tab.page.getByRole('heading', { name: headingOf(path), exact: true }).waitFor();
      await expect.poll(() => tab.page.getByText('Loading').count()).toBe(0);
      await tab.checkAccessible();
      expect(
        await tab.page.evaluate('document.documentElement.scrollWidth - innerWidth'),
      ).toBeLessThanOrEqual(0);
      await tab.shot(`${path.replaceAll(/\W+/g, '-')}-${name.replaceAll(/\W+/g, '-')}`);
    }
    unblemished(tab);
  });

  it('can be used by keyboard alone', async () => {
    await using tab = await openTab(browser, url);
    const { page } = tab;
    await page.getByRole('application').waitFor();
    const reached: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(
          'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent',
        ),
      );
    }
    expect(reached.slice(0, 6)).toEqual([
      'To the content',
      'gordon-data',
      'Coverage',
      'Jobs',
      'Series',
      'Health',
    ]);
    expect(reached.some((name) => name.startsWith('Coverage by series and time'))).toBe(true);
    await page.getByRole('application').focus();
    await page.keyboard.press('ArrowLeft');
    const details = page.locator('#cell-details');
    await details.getByText(/\w+ \w+ \w+, \d{4}-\d\d-\d\d to /).waitFor();
    const before = await details.textContent();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => details.textContent()).not.toBe(before);
    await page.keyboard.press('+');
    await page.getByText(/by day|by hour/).waitFor();
  });

  it('reports a lost connection, and continues when it is back', async () => {
    await using tab = await openTab(browser, `${url}#/jobs`);
    const { page } = tab;
    await page.getByRole('list', { name: 'Jobs, newest first' }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('alert').getByText('connection to gordon-data is lost').waitFor();
    expect(await page.getByRole('list', { name: 'Jobs, newest first' }).isVisible()).toBe(true);
    await tab.shot('connection-lost');
    await tab.checkAccessible();
    await page.context().setOffline(false);
    await page.getByText('connection to gordon-data is lost').waitFor({ state: 'hidden' });
  });

  it('shows a failure of the API and offers to try again', async () => {
    await using tab = await openTab(browser, 'about:blank');
    const { page } = tab;
    const problem = { status: 503, code: 'job-table-failed', detail: 'the job table did not answer.' };
    await page.route('**/backfill/jobs?*', (route) => route.fulfill({ status: 503, json: problem }));
    await page.goto(`${url}#/jobs`);
    await page.getByRole('alert').getByText('the job table did not answer.').waitFor();
    await tab.shot('failure');
    await page.unroute('**/backfill/jobs?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('list', { name: 'Jobs, newest first' }).waitFor();
  });

  it('draws a hundred ragged series of five years, and nothing again for a pointer that moves', async () => {
    // A page of its own, as its script stays in it.
    await using tab = await openTab(browser, 'about:blank', { viewport: { width: 1280, height: 800 } });
    const { page } = tab;
    // What is drawn is counted: how long it takes depends on what else the machine does.
    await page.addInitScript(`
      window.rects = 0;
      const { prototype } = CanvasRenderingContext2D;
      const { fillRect } = prototype;
      prototype.fillRect = function (...args) {
        window.rects += 1;
        return fillRect.apply(this, args);
      };`);
    const drawn = () => page.evaluate('window.rects') as Promise<number>;
    const series = raggedSeries(TODAY, 100, 1_826, 400);
    await page.route('**/backfill/coverage?*', (route) => route.fulfill({ json: series }));
    await page.goto(url);
    // Row after row: busy until the last one is there.
    const painted = page.locator('[role=application][aria-busy=false]');
    await painted.waitFor();
    await tab.shot('coverage-hundred');
    const box = (await page.getByRole('application').boundingBox())!;
    const before = await drawn();
    // As ragged as one answer may be: 40,000 runs. The picture is drawn anew while the page finds its size.
    expect(before).toBeGreaterThan(30_000);
    expect(before).toBeLessThan(5 * 40_000);
    for (let i = 0; i < 20; i++) await page.mouse.move(box.x + 20 + i * 30, box.y + 40 + i * 20);
    expect(await drawn()).toBe(before);
    await page.getByRole('button', { name: 'Zoom in' }).click();
    // The view is drawn in the next frame, and the observer reports after it.
    await page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))',
    );
    await painted.waitFor();
    expect((await drawn()) - before).toBeGreaterThan(0);
    expect((await drawn()) - before).toBeLessThan(40_000);
    const pixels = await page.evaluate(`(() => {
      const canvas = document.querySelector('canvas.cells');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let painted = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] !== 0) painted++;
      return painted / (canvas.width * canvas.height);
    })()`);
    expect(pixels).toBeGreaterThan(0.7);
  });

  /** Deletes rows and their ledger: what an operator sees after a deletion. */
  async function lose(from: string, to: string): Promise<void> {
    await at.sql`
      delete from market_data.spot_klines
      where symbol = 'BTCUSDT' and open_time >= ${from}::timestamptz and open_time < ${to}::timestamptz`;
    const series = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' as const };
    await at.host.services.catalog.reconcile(series, { start: Date.parse(from), end: Date.parse(to) });
  }
});

const headingOf = (path: string): string =>
  path === 'jobs/new' ? 'Start a job' : path.charAt(0).toUpperCase() + path.slice(1).replace(/\W.*/, '');
