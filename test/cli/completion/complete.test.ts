import { describe, expect, it } from 'vitest';
import { fakeApi } from '../support/fake-api.ts';
import { gordon } from '../support/run.ts';
import { followed, JOB_ID, job, summary } from '../support/samples.ts';

/** The words that may stand at the end of a line. */
async function words(line: string, api?: string): Promise<string[]> {
  const { stdout } = await gordon(['complete', '--', ...line.split(' ')], api === undefined ? {} : { api });
  return stdout.split('\n').flatMap((one) => one.split('\t')[0] || []);
}

describe('what may come next', () => {
  it.each([
    ['backf', ['backfill']],
    ['backfill re', ['report']],
    // Neither single sources nor the command that scripts call are shown.
    ['backfill klines', ['klines']],
    ['comp', ['completion']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['backfill klines trigger --ti', ['--timeframe']],
    ['backfill klines trigger --timeframe 1', ['1s', '1m', '15m', '1h', '12h', '1d']],
    ['backfill klines trigger --wait --timeframe 15', ['15m']],
    ['backfill report --source klines,sent', ['klines,sentiment']],
    ['backfill report --source=klines_s', ['--source=klines_spot']],
    // As bash takes it apart.
    ['backfill report --source = klines_s', ['klines_spot']],
    ['backfill jobs --status running,fa', ['running,failed']],
    ['backfill klines trigger --from y', ['yesterday']],
    ['backfill klines trigger --from -3', ['-30d']],
    ['export spot', ['spot_klines', 'spot_trades']],
    ['export spot_klines --format ', ['parquet', 'csv', 'arrow']],
    ['seed --skip macr', ['macro']],
    ['sql nothing ', []],
    ['nonsense ', []],
  ])('%s', async (line, expected) => expect(await words(line)).toEqual(expected));

  it('are symbols and jobs of the warehouse', async () => {
    await using api = await fakeApi({
      'GET /backfill/series': { body: [followed(), followed({ symbol: 'SOLUSDT' })] },
      'GET /backfill/jobs': { body: [summary(job())] },
    });
    expect(await words('backfill report --symbol S', api.url)).toEqual(['SOLUSDT']);
    expect(await words('backfill klines trigger --symbols BTCUSDT,', api.url)).toEqual([
      'BTCUSDT,ETHUSDT',
      'BTCUSDT,SOLUSDT',
    ]);
    expect(await words('backfill cancel ', api.url)).toEqual([JOB_ID]);
    expect(api.received.map(({ path }) => path)).toContain('/backfill/series?source=klines');
  });

  it('is nothing, and no complaint, without a warehouse', async () => {
    expect(await gordon(['complete', '--', 'backfill', 'report', '--symbol', ''])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });
});
