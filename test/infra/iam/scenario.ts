import { DAY as DAY_MS, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { functions, optionalFunctions } from '../../../functions/manifest.ts';
import { OPERATION_IDS, routeOf } from '../../../functions/routes.ts';
import { GOOD } from '../../helpers/openapi-cases.ts';
import type { Deployment } from './deployment.ts';

const DAY = { from: '2025-02-01', to: '2025-02-02' };

/**
 * What a deployment does in its life: orders that succeed, fail and are cancelled, every operation of the API, and every schedule. Who adds an
 * operation that works with AWS has it called here by name.
 */
export async function liveThrough({
  aws,
  requested,
  invoke,
  ask,
  execute,
  skip,
  now,
  sql,
}: Deployment): Promise<void> {
  const order = async (symbol: string, headers = {}): Promise<string> => {
    const answer = await ask('createJob', {
      body: { source: 'klines_spot', symbols: [symbol], ...DAY },
      headers,
    });
    return (answer.body as { id: string }).id;
  };
  const first = await order('BTCUSDT', { 'Idempotency-Key': 'first' });
  await order('BTCUSDT', { 'Idempotency-Key': 'first' });
  await execute(first);
  await execute(await order('XRPUSDT'), 'fetch-chunk');
  const broken = await order('SOLUSDT');
  await invoke('fail-job', {
    jobId: broken,
    error: { Error: 'States.Runtime', Cause: 'a fault of the test' },
  });
  const stopped = await order('ETHUSDT');
  await invoke('execution-stopped', { detail: { name: stopped, status: 'ABORTED' } });
  await order('ADAUSDT');
  const cancelled = await order('BNBUSDT');
  await ask('cancelJob', { params: { id: cancelled } });
  await execute(cancelled);

  // A history that the venue may restate.
  const histories = await ask('createJob', { body: { source: 'fear_greed', ...DAY } });
  await execute((histories.body as { id: string }).id);
  // Of the open day some candles are provisional.
  const today = {
    source: 'klines_spot',
    symbols: ['BTCUSDT'],
    from: new Date(Date.now() - 3 * HOUR).toISOString(),
  };
  await execute(((await ask('createJob', { body: today })).body as { id: string }).id);

  const klines = { source: 'klines_spot', symbol: 'BTCUSDT' };
  await ask('getJob', { params: { id: first } });
  await ask('listJobs');
  await ask('listJobs', { query: { status: 'succeeded' } });
  await ask('report');
  await ask('listSeries');
  await ask('listSources');
  await ask('coverage');
  await ask('ledger', { query: klines });
  await ask('findings', { query: klines });
  await ask('verify', { body: { ...klines, ...DAY } });
  await ask('refreshView', { body: { view: 'price_klines_1d', start: DAY.from, end: DAY.to } });
  await ask('listTables');
  await ask('loadCandles', { body: { symbol: 'BTCUSDT', start: DAY.from, end: DAY.to } });
  await ask('inspectCandles', { query: { symbol: 'BTCUSDT' } });
  await ask('status');
  await ask('health');
  await ask('metrics');
  await ask('openapi');
  await ask('audit', { body: {} });
  await ask('listRetention');
  await ask('setRetention', { body: { source: 'gex', before: '2020-01-01' } });
  await ask('sizes');
  await file({ aws, invoke, ask });
  await ask('unfollow', { query: { source: 'klines_spot', symbols: 'XRPUSDT' } });

  // One of the turns that look for executions whose end nobody noted.
  skip(DAY_MS + 10 * MINUTE - (now() % (10 * MINUTE)));
  // A gap for the audit.
  await sql`delete from market_data.spot_klines where symbol = 'BTCUSDT' and open_time < '2025-02-01T06:00Z'`;
  for (const { handler, schedules } of [...functions, ...optionalFunctions]) {
    if (schedules) await invoke(handler);
  }
  // An operation that nobody has named here: what it needs at its start, and for a request of the document.
  for (const id of OPERATION_IDS.filter((one) => !requested.has(one))) {
    const { method } = routeOf(id);
    await ask(id, { ...(method !== 'GET' && { body: {} }), ...GOOD[id], refusable: true });
  }
}

/** A file that is made by another function, and fetched by its link. */
async function file({ aws, invoke, ask }: Pick<Deployment, 'aws' | 'invoke' | 'ask'>): Promise<void> {
  const query = { symbol: 'BTCUSDT', ...DAY, format: 'parquet' };
  const rows = ask('rows', { params: { table: 'spot_klines' }, query });
  await ask('rows', { params: { table: 'spot_klines' }, query: { symbol: 'BTCUSDT', ...DAY } });
  await rows;
  for (const { event } of aws.invoked.splice(0)) {
    await invoke('prepare-file', { ...(event as object), id: 'f'.repeat(64), table: 'no_such_table' });
    await invoke('prepare-file', event);
  }
  const { headers } = await ask('rows', { params: { table: 'spot_klines' }, query });
  await fetch((headers as { location: string }).location);
}
