import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { entryOf, type FunctionSpec } from '../../../functions/function-spec.ts';
import { functions, optionalFunctions } from '../../../functions/manifest.ts';
import { startScheduler } from '../../../host/scheduler.ts';
import { REAL_TABLE, startTestHost } from '../../helpers/host.ts';
import { until } from '../../helpers/until.ts';

const rare = functions
  .flatMap(({ schedules = [] }) => schedules)
  .filter(({ everyMinutes }) => everyMinutes >= 60)
  .map(({ name }) => name);

/** What the scheduler calls at its start, when the schedules ran last so many minutes ago. */
async function calledAtOnce(minutes: number | undefined): Promise<string[]> {
  const called: string[] = [];
  let looked = 0;
  const scheduler = startScheduler({
    which: 'all',
    invoke: async (handler) => called.push(handler),
    failed: (_, error) => expect.unreachable(String(error)),
    minutesSince: async () => {
      looked++;
      return minutes;
    },
  });
  await until('the last run of each rare schedule was read', () => looked === rare.length);
  // The calls follow in the same turn of the event loop.
  await turn();
  scheduler.stop();
  return called;
}

it('runs at once what was due while the host was down, and nothing else', async () => {
  expect(rare).toContain('audit-gaps');
  expect(await calledAtOnce(10_000)).toEqual(expect.arrayContaining(rare));
  expect(await calledAtOnce(10_000)).not.toContain('refresh');
  // The scheduler's own ticks may fall into the moment; these are every minute or more often.
  for (const minutes of [59, undefined]) {
    for (const handler of await calledAtOnce(minutes)) expect(rare).not.toContain(handler);
  }
});

it('runs schedules that the operator turned on, and no others that are off by default', async () => {
  const calls = async (also: readonly FunctionSpec[]): Promise<string[]> => {
    const called: string[] = [];
    const scheduler = startScheduler({
      which: 'derived',
      invoke: async (handler) => called.push(handler),
      failed: (_, error) => expect.unreachable(String(error)),
      minutesSince: async () => 10_000,
      also,
    });
    await turn();
    await turn();
    scheduler.stop();
    return called;
  };
  expect(await calls([])).not.toContain('export-months');
  expect(await calls(optionalFunctions)).toContain('export-months');
});

it('makes up for an audit that was missed when the host starts again', async () => {
  const now = Date.now();
  await using at = await startTestHost({}, () => now, { rehearsal: REAL_TABLE });
  const { services } = at.host;
  await services.runs!.note('audit-gaps', { at: now - 3 * HOUR, seconds: 1, ok: true, detail: '' });
  const last = async () => (await services.runs!.last('audit-gaps'))!.at;
  const scheduler = startScheduler({
    which: 'all',
    invoke: async (handler) => {
      const { createHandler } = await import(
        `../../../${entryOf(functions.find((spec) => spec.handler === handler)!)}`
      );
      return createHandler(async () => services)({}, {});
    },
    failed: (name, error) => expect.unreachable(`${name}: ${error}`),
    minutesSince: async (name) => {
      const run = await services.runs!.last(name);
      return run && (now - run.at) / MINUTE;
    },
  });
  await until('the audit ran', async () => (await last()) === now);
  scheduler.stop();
});
