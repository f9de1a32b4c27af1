import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lastLines, linesFrom } from '../../../cli/logs/last-lines.ts';
import { logLine } from '../../../cli/logs/log-line.ts';
import type { Paint } from '../../../cli/terminal.ts';
import type { HostState } from '../../../host/state-file.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { gordon } from '../support/run.ts';
import { JOB_ID } from '../support/samples.ts';

const plain: Paint = (_style, text) => text;

const event = (over: object = {}): string =>
  JSON.stringify({
    level: 'INFO',
    message: 'planned',
    timestamp: '2025-11-21T11:59:58.941Z',
    service: 'gordon-data',
    sampling_rate: 0,
    ...over,
  });

function logFile(lines: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-logs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'demo.log');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

const hostWith = (file: string): HostState => ({
  pid: 1,
  mode: 'demo',
  ports: { jobs: 8081, candles: 3000 },
  databaseUrl: 'postgres://o@h/d',
  startedAt: '2025-11-21T09:30:00Z',
  logFile: file,
});

describe('a line of the log', () => {
  it('is time, level, message and what belongs to it', () => {
    expect(logLine(event({ jobId: JOB_ID, chunks: 2, next: { a: 1 } }), plain)).toBe(
      `2025-11-21 11:59:58 INFO  planned jobId=${JOB_ID} chunks=2 next={"a":1}`,
    );
    const error = { name: 'RetryableStoreError', message: 'gone', stack: 'at line 1' };
    expect(logLine(event({ level: 'ERROR', message: 'it broke', error }), plain)).toBe(
      '2025-11-21 11:59:58 ERROR it broke error=RetryableStoreError: gone',
    );
  });

  it('that is not an event stays as it is', () => {
    expect(logLine('Warning: something {', plain)).toBe('Warning: something {');
    expect(logLine('7', plain)).toBe('7');
  });
});

describe('the end of a file', () => {
  it('is read block by block, whatever letters lie across their borders', () => {
    const lines = Array.from({ length: 40_000 }, (_, i) => `${i} ${'ä€𝄞'.repeat(i % 5)}`);
    const file = logFile(lines);
    expect(lastLines(file, 3, () => true).lines).toEqual(lines.slice(-3));
    expect(lastLines(file, 40_001, () => true).lines).toEqual(lines);
    expect(lastLines(file, 2, (line) => /^1?7 /.test(line)).lines).toEqual([lines[7], lines[17]]);
    const long = logFile(['a'.repeat(600_000), 'b']);
    expect(lastLines(long, 2, () => true).lines.map((line) => line.length)).toEqual([600_000, 1]);
  });

  it('goes on with whole lines, also after the file was begun anew', () => {
    const file = logFile(['one']);
    const { end } = lastLines(file, 1, () => true);
    appendFileSync(file, 'two\nthr');
    const more = linesFrom(file, end);
    expect(more.lines).toEqual(['two']);
    appendFileSync(file, 'ee\n');
    expect(linesFrom(file, more.end).lines).toEqual(['three']);
    writeFileSync(file, 'new\n');
    expect(linesFrom(file, more.end).lines).toEqual(['new']);
  });
});

describe('gordon-data logs', () => {
  it('prints the newest events of the host, or of one job', async () => {
    const other = event({ message: 'other', jobId: 'x' });
    const host = hostWith(logFile([event({ message: 'mine', jobId: JOB_ID }), other, other]));
    const all = await gordon(['logs', '--lines', '2'], { host });
    expect(all.stdout.match(/other/g)).toHaveLength(2);
    const one = await gordon(['logs', '--job', JOB_ID], { host });
    expect(one.stdout).toBe(`2025-11-21 11:59:58 INFO  mine jobId=${JOB_ID}\n`);
    expect((await gordon(['logs', '--job', 'none'], { host })).stdout).toContain(
      'has nothing about job none',
    );
    expect((await gordon(['logs', '--json', '--lines', '1'], { host })).stdout).toBe(`${other}\n`);
  });

  it('fits a narrow terminal, and is one line an event for a program', async () => {
    const host = hostWith(
      logFile([event({ message: 'planned 7 chunks of klines_spot', jobId: JOB_ID, wave: 1 })]),
    );
    const { stdout } = await gordon(['logs'], {
      host,
      tty: { out: true },
      columns: 60,
      env: { NO_COLOR: '1' },
    });
    expect(stdout.split('\n')).toEqual([
      '2025-11-21 11:59:58 INFO  planned 7 chunks of klines_spot',
      `    jobId=${JOB_ID} wave=1`,
      '',
    ]);
    expect((await gordon(['logs'], { host })).stdout.split('\n')).toHaveLength(2);
  });

  it('goes on until Ctrl-C, which is not a failure', async () => {
    const file = logFile([event()]);
    let looks = 0;
    const terminal = fakeTerminal({
      onSleep() {
        looks += 1;
        if (looks === 1) appendFileSync(file, `${event({ message: 'later' })}\n`);
        if (looks === 3) terminal.stop('SIGINT');
      },
    });
    const ran = await gordon(['logs', '--follow'], { host: hostWith(file), terminal });
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout.split('\n').map((line) => line.split(' ').at(-1))).toEqual(['planned', 'later', '']);
  });
});
