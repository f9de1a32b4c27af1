import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type FakeApi, fakeApi } from '../support/fake-api.ts';
import {
  chunk,
  doneChunk,
  followed,
  JOB_ID,
  job,
  ordered,
  reported,
  summary,
  view,
} from '../support/samples.ts';
import { START } from './start.ts';

const PTY = fileURLToPath(new URL('on_terminal.py', import.meta.url));
const COMMANDS = fileURLToPath(new URL('commands.ts', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** A job of a thousand chunks in the middle of its work, and then its end. */
const running = view(job({ symbols: Array.from({ length: 40 }, (_, i) => `SYMBOL${i}USDT`) }), [
  doneChunk('klines_spot BTCUSDT 2025-01', 123_456_789),
  chunk('klines_spot BTCUSDT 2025-02', { rows: 98_765_432 }),
]);
const ended = view(job({ status: 'succeeded', rows: 222_222_221, finishedAt: Date.UTC(2025, 10, 21, 13) }));

const api = (): Promise<FakeApi> =>
  fakeApi({
    'POST /backfill': { status: 202, body: ordered(running) },
    [`GET /backfill/jobs/${JOB_ID}`]: (_received, times): Answer => ({ body: times < 3 ? running : ended }),
    'GET /backfill/jobs': {
      body: Array.from({ length: 5 }, () => summary(job({ symbols: ['BTCUSDT', '币安人生USDT'] }))),
    },
    'GET /backfill/report': {
      body: [reported(), reported({ symbol: '1000000MOGUSDT', rows: 1_234_567_890 })],
    },
    'GET /backfill/series': { body: [followed(), followed({ symbol: '1000000MOGUSDT' })] },
  });

/** What each command draws on a terminal that is so wide. One process runs them all: starting it takes longer than each of them. */
async function drawn(columns: number, commands: Readonly<Record<string, readonly string[]>>, url: string) {
  const env = { ...process.env, GORDON_API_URL: url, NO_COLOR: '', TERM: 'xterm-256color' };
  const all = JSON.stringify(Object.values(commands));
  const child = spawn('python3', [PTY, String(columns), process.execPath, COMMANDS, all], { env });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(child.exitCode, output).toBe(0);
  const outputs = output.split(START).slice(1);
  return new Map(Object.keys(commands).map((name, i) => [name, outputs[i]!]));
}

/** What moves the cursor within a line or clears it, as `cli-progress` writes it. */
const MOVE = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Zhl]`, 'g');

/** The pieces that were written without moving the cursor: none may be wider than the terminal. */
const pieces = (output: string): string[] =>
  output
    .split(/[\r\n]/)
    .flatMap((line) => stripVTControlCharacters(line.replaceAll(MOVE, '\n')).split('\n'))
    .filter(Boolean);

const tooWide = (output: string, columns: number): string[] =>
  pieces(output).filter((piece) => stringWidth(piece) > columns);

const TABLES = [
  ['jobs', ['backfill', 'jobs'], /^Job .*Status/],
  ['series', ['backfill', 'series', '--source', 'klines'], /^Source .*Followed/],
  ['the report', ['backfill', 'report'], /^Source .*Gaps/],
] as const;
const PROGRESS = ['backfill', 'job', JOB_ID, '--wait'];

describe.skipIf(!hasPython).each([60, 80, 140])('on a terminal of %d columns', (columns) => {
  let outputs: ReadonlyMap<string, string>;
  beforeAll(async () => {
    await using own = await api();
    const tables = Object.fromEntries(TABLES.map(([name, args]) => [name, args]));
    outputs = await drawn(columns, { ...tables, progress: PROGRESS }, own.url);
  });

  it.each(TABLES)('%s fit', (name, _, head) => {
    const table = pieces(outputs.get(name)!).filter((piece) => !/^(add|remove): /.test(piece));
    expect(table[0]).toMatch(head);
    expect(table.filter((piece) => stringWidth(piece) > columns)).toEqual([]);
  });

  it('progress fits and keeps what is left of the time', () => {
    const output = outputs.get('progress')!;
    const bars = pieces(output).filter((piece) => piece.includes('░'));
    expect(bars.length).toBeGreaterThan(0);
    expect(bars.every((bar) => /about .* left$/.test(bar.trimEnd()))).toBe(true);
    expect(tooWide(bars.join('\n'), columns)).toEqual([]);
    expect(output).toContain('222,222,221 rows');
  });
});
