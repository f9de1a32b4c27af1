import { expect, it } from 'vitest';
import { GordonError } from '../../../functions/core/errors/errors.ts';
import { type WatchPorts, watchArchives } from '../../../functions/core/schedules/watch-archives.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';

const DAY_OF_FILE = Date.UTC(2025, 5, 8);
const OBJECT = '/data/futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2025-06-08.zip';

it('compares the files of a symbol whose labels the API refuses to show, and loads none for them', async () => {
  const requested: string[] = [];
  const read: string[] = [];
  const refusal = new GordonError({ code: 'venue-refused', subject: 'openInterestHist', message: 'no.' });
  const ports = {
    clock: () => DAY_OF_FILE + DAY + 12 * HOUR,
    sources: { open_interest_binance: sources.open_interest_binance! },
    watch: {
      due: async () => [{ source: 'open_interest_binance', symbol: 'BTCUSDT', timeframe: '5m' }],
      held: async () => [
        {
          object: OBJECT,
          sha256: 'a',
          fetchedAt: DAY_OF_FILE + DAY,
          spans: [{ start: DAY_OF_FILE, end: DAY_OF_FILE + DAY }],
        },
      ],
      watched: async () => {},
    },
    labels: { labelsChecked: async () => undefined, labelRules: async () => [] },
    venue: {
      async get({ path }: { readonly path: string }) {
        requested.push(path);
        if (path.startsWith('/futures/data/')) throw refusal;
        return undefined;
      },
    },
    archive: {
      async read({ file }: { readonly file: { readonly path: string } }) {
        read.push(file.path);
        return undefined;
      },
    },
  } as unknown as WatchPorts;

  await expect(watchArchives(ports)).rejects.toBe(refusal);
  expect(requested).toContain(`${OBJECT}.CHECKSUM`);
  expect(read).toEqual([]);
});
