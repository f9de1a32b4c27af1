import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectFault } from '../../../simulator/frame/faults/faults.ts';
import { heldVenues } from '../helpers.ts';
import { archiveOf, csvOf, entryOf } from './helpers.ts';

const MONTH = 'spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-03.zip';
const DAY = 'spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2025-03-02.zip';

describe('faults of archive objects', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  let clean: string[];
  beforeAll(async () => {
    on = await heldVenues();
    clean = await csvOf(on, MONTH);
  });
  afterEach(async () => {
    on.venues.faults.clear();
    expect(await csvOf(on, MONTH)).toEqual(clean);
  });
  afterAll(() => on.venues.close());

  /** The lines of the struck file; its CHECKSUM fits the file as it is. */
  async function struck(fault: ObjectFault, key = MONTH): Promise<string[]> {
    on.venues.faults.add({ ...fault, match: /\.zip$/ });
    const { zip, checksum } = await archiveOf(on, key);
    expect(checksum.slice(0, 64)).toBe(createHash('sha256').update(zip).digest('hex'));
    return (await entryOf(zip)).text.trimEnd().split('\n');
  }
  const time = (line: string): string => line.split(',')[0]!;
  const withoutVolume = (line: string): string => line.split(',').toSpliced(5, 1).join(',');

  it('wrong-checksum: a good file beside the digest of another, as often as requested', async () => {
    on.venues.faults.add({ kind: 'wrong-checksum', match: 'BTCUSDT-1h-2025-03', times: 1 });
    const { zip, checksum } = await archiveOf(on, MONTH);
    const sha256 = createHash('sha256').update(zip).digest('hex');
    expect(checksum).toMatch(/^[0-9a-f]{64} {2}BTCUSDT-1h-2025-03\.zip\n$/);
    expect(checksum.slice(0, 64)).not.toBe(sha256);
    expect((await archiveOf(on, MONTH)).checksum.slice(0, 64)).toBe(sha256);
    expect((await entryOf(zip)).text.trimEnd().split('\n')).toEqual(clean);
  });

  it('corrupt-zip: a fitting digest of a file that cannot be read', async () => {
    await expect(struck({ kind: 'corrupt-zip' })).rejects.toThrow();
  });

  it('not-found: 404 with the message of S3, as often as requested', async () => {
    on.venues.faults.add({ kind: 'not-found', match: `${MONTH}`, times: 1 });
    const gone = await on.get<string>(`/binance-archive/data/${MONTH}`);
    expect([gone.status, gone.body.includes('NoSuchKey')]).toEqual([404, true]);
    expect((await archiveOf(on, MONTH)).zip.length).toBeGreaterThan(1000);
  });

  it('unsorted: every row, out of order', async () => {
    const lines = await struck({ kind: 'unsorted' });
    expect(lines.map(time)).not.toEqual(clean.map(time));
    expect([...lines].sort()).toEqual([...clean].sort());
  });

  it('duplicate: some rows twice, byte for byte', async () => {
    const lines = await struck({ kind: 'duplicate' });
    expect(lines.length).toBeGreaterThan(clean.length);
    expect([...new Set(lines)]).toEqual(clean);
  });

  it('conflict: some times twice with another volume', async () => {
    const lines = await struck({ kind: 'conflict' });
    expect(lines.length).toBeGreaterThan(clean.length);
    expect([...new Set(lines)]).toHaveLength(lines.length);
    expect([...new Set(lines.map(withoutVolume))]).toEqual(clean.map(withoutVolume));
  });

  it('drop-day: a day is absent from the month, not from its own file', async () => {
    const lines = await struck({ kind: 'drop-day', day: '02' });
    const day = await csvOf(on, DAY);
    expect(day).toHaveLength(24);
    expect(lines).toEqual(clean.filter((line) => !day.includes(line)));
  });

  it('disagree: the month has other volumes than the day and REST', async () => {
    const lines = await struck({ kind: 'disagree' });
    expect(lines.map(withoutVolume)).toEqual(clean.map(withoutVolume));
    const other = lines.filter((line, i) => line !== clean[i]);
    expect(other.length).toBeGreaterThan(0);
    expect(other.length).toBeLessThan(clean.length / 20);
    expect(await csvOf(on, DAY)).toEqual(clean.slice(24, 48));
  });

  it('strikes recorded files, funding and metrics as well', async () => {
    const funding = 'futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2025-03.zip';
    const [header, ...before] = await csvOf(on, funding);
    const lines = await struck({ kind: 'conflict' }, funding);
    expect(lines[0]).toBe(header);
    expect(lines.length).toBeGreaterThan(before.length + 1);
    on.venues.faults.clear();
    const metrics = await struck(
      { kind: 'unsorted' },
      'futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2025-03-01.zip',
    );
    expect(metrics[0]).toMatch(/^create_time,/);
    expect(metrics[1]! > metrics.at(-1)!).toBe(true);
  });
});
