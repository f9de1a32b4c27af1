import { it } from 'vitest';
import { startTestHost } from '../helpers/host.ts';
import { openBrowser, openTab } from './browser.ts';
import { DAY } from '../../functions/core/time.ts';
it('x', async () => {
  await using at = await startTestHost();
  const now = Date.now(); const d = (n: number) => new Date(Math.floor((now - n * DAY) / DAY) * DAY).toISOString();
  await Promise.all([
    at.order({ source: 'klines', from: d(40), to: d(1) }).then(j => at.wait(j.id)),
    at.order({ source: 'funding', from: d(60), to: d(1) }).then(j => at.wait(j.id)),
    at.order({ source: 'open_interest', from: d(20), to: d(1) }).then(j => at.wait(j.id)),
    at.order({ source: 'metrics', from: d(20), to: d(1) }).then(j => at.wait(j.id)),
    at.order({ source: 'sentiment', from: d(100), to: d(1) }).then(j => at.wait(j.id)),
    at.order({ source: 'gex' }).then(j => at.wait(j.id)),
    at.order({ source: 'candles', from: d(20), to: d(1) }).then(j => at.wait(j.id)),
  ].map(p => p.then(j => console.log(j.source, j.status, j.reason), e => console.log(String(e)))));
  await at.sql`delete from market_data.spot_klines where symbol='BTCUSDT' and time >= ${new Date(d(10))} and time < ${new Date(d(8))}`;
  await at.host.services.catalog.reconcile({source:'klines_spot',symbol:'BTCUSDT',timeframe:'1m'},{start:Date.parse(d(40)),end:Date.parse(d(1))});
  const browser = await openBrowser();
  const base = `http://127.0.0.1:${at.host.ports.jobs}/`;
  for (const [name, path] of [['coverage',''],['jobs','#/jobs'],['start','#/jobs/new'],['series','#/series/klines_spot/BTCUSDT/1m'],['funding','#/series/funding_binance/BTCUSDT/1h'],['oi','#/series/open_interest_binance/BTCUSDT/1h'],['gex','#/series/gex_deribit/BTC/1h'],['fng','#/series/fear_greed/FNG/1d'],['health','#/health']] as const) {
    for (const [theme, w] of [['light',1280],['dark',1280],['light',390]] as const) {
      const tab = await openTab(browser, base + path, { colorScheme: theme, viewport: { width: w, height: w === 390 ? 844 : 800 } });
      await tab.page.waitForTimeout(900);
      await tab.shot(`tmp-${name}-${theme}-${w}`);
      await tab.checkAccessible().catch((e) => console.log(name, theme, w, String(e).slice(0, 1500)));
      const over = await tab.page.evaluate('document.documentElement.scrollWidth > innerWidth');
      if (over) console.log(name, w, 'overflows');
      if (tab.complaints.length) console.log(name, theme, w, tab.complaints);
      if (tab.origins.size > 1) console.log(tab.origins);
      await tab[Symbol.asyncDispose]();
    }
  }
  await browser.close();
}, 180000);
