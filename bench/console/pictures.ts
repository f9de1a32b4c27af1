/**
 * `npm run pictures`: renews docs/images/console*.png from the demo that runs here (`make demo`). A demo that was started a moment ago has
 * one hour of gamma exposure: the hours before are made of it for as long as their picture takes.
 */
import { chromium, type Page } from 'playwright-core';
import { DAY, iso, isoDay } from '../../functions/core/time/time.ts';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import { readState } from '../../host/state-file.ts';

const IMAGES = new URL('../../docs/images/', import.meta.url).pathname;
const HOURS = 40;

const host = readState();
if (host?.mode !== 'demo') throw new Error('no demo runs here: start and load one with `make demo`');
const url = `http://127.0.0.1:${host.ports.jobs}/`;

const AGO = Date.now() - 7 * DAY;
const COVERAGE = new URLSearchParams({
  from: iso(Date.now() - 60 * DAY),
  to: iso(Date.now()),
  series: 'klines_spot BTCUSDT 1m',
  at: isoDay(AGO),
});

/** Opens a place of the console, takes its picture once all of these are seen, and says so. */
async function shoot(page: Page, name: string, place: string, ...seen: (string | RegExp)[]): Promise<void> {
  await page.goto(`${url}#/${place}`);
  await page.reload();
  for (const what of seen)
    await page
      .getByText(what)
      .or(page.getByRole('img', { name: what }))
      .first()
      .waitFor();
  await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
  await page.screenshot({ path: `${IMAGES}${name}.png` });
  console.log(`docs/images/${name}.png`);
}

/** The order that loaded most: a year of candles. */
async function largestOrder(): Promise<string> {
  const answer = await fetch(`${url}backfill/jobs?status=succeeded&origin=order&source=klines&limit=100`);
  const listed = (await answer.json()) as { id: string; rows_fetched: number }[];
  const [largest] = listed.toSorted((a, b) => b.rows_fetched - a.rows_fetched);
  if (!largest) throw new Error('the demo has no order of klines: load it with `make demo`');
  return largest.id;
}

/** Runs the work while the warehouse has some hours of exposure, with a hole as of a host that was off. */
async function withHours(work: () => Promise<void>): Promise<void> {
  const sql = connect(host!.databaseUrl, { max: 1, application: 'gordon-data pictures' });
  try {
    const made = await sql<{ time: Date }[]>`
      insert into market_data.gex_snapshots
      select symbol, time - n * interval '1 hour', expiry, strike, call_oi, put_oi, call_iv, put_iv, call_gamma, put_gamma,
        call_gex * (1 + 0.5 * sin(n / 6.0)), put_gex * (1 + 0.5 * cos(n / 6.0)), gross_gex, forward,
        spot * (1 + 0.01 * sin(n / 5.0)), quoted_at - n * interval '1 hour'
      from market_data.gex_snapshots, generate_series(1, ${HOURS}) n
      where symbol = 'BTC' and time = (select max(time) from market_data.gex_snapshots where symbol = 'BTC') and n not in (7, 8)
      on conflict do nothing returning time`;
    const times = [...new Set(made.map(({ time }) => time.toISOString()))];
    try {
      await work();
    } finally {
      await sql.begin(async (own) => {
        // The ledger never had them.
        await own`set local gordon.accounted = 'on'`;
        await own`delete from market_data.gex_snapshots where symbol = 'BTC'
          and time in (select value::timestamptz from jsonb_array_elements_text(${own.json(times)}))`;
      });
    }
  } finally {
    await sql.end();
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await shoot(page, 'console', `coverage?${COVERAGE}`, 'Evidence');
  await shoot(page, 'console-jobs', `jobs/${await largestOrder()}`, /^Timeline: /);
  const panes = new URLSearchParams({ every: '1h', panes: 'funding_binance BTCUSDT 1h' });
  // The chart stands below its controls.
  await page.setViewportSize({ width: 1440, height: 1200 });
  await shoot(page, 'console-series', `series/klines_spot/BTCUSDT/1m?${panes}`, /candles of BTCUSDT/);
  await page.setViewportSize({ width: 1440, height: 900 });
  await shoot(page, 'console-health', 'health', 'Rate budgets', /rows, .* bytes each/);
  await withHours(() =>
    shoot(page, 'console-exposure', 'series/gex_deribit/BTC/1h?view=hours&show=net', /by strike and hour/),
  );
} finally {
  await browser.close();
}
