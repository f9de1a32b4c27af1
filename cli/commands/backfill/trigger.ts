import type { Command } from 'commander';
import type { OrderedJob } from '../../../functions/core/api/jobs/schemas.ts';
import type { OrderBody } from '../../../functions/core/orders/create-job.ts';
import { badInput } from '../../failure.ts';
import { stopOn } from '../../follow/stop.ts';
import { orderLine, whatNext } from '../../format/job.ts';
import type { Terminal } from '../../terminal.ts';
import { acceptsFredTerms, isFred, NOT_ACCEPTED } from '../../terms/fred-terms.ts';
import { type Context, print, printJson } from '../context.ts';
import * as options from '../options.ts';
import { labelSimulated } from '../simulated.ts';
import { waitAndReport } from './wait.ts';
import { withCandles } from './with-candles.ts';

/** What is ordered; also what `plan` takes. */
export interface OrderOptions {
  readonly symbols?: string[];
  readonly from?: string;
  readonly to?: string;
  readonly timeframe?: string;
}

interface TriggerOptions extends OrderOptions {
  readonly idempotencyKey?: string;
  readonly wait?: boolean;
  readonly withCandles?: boolean;
  readonly json?: boolean;
}

/** The options of an order. */
export const addOrderOptions = (command: Command, terminal: Terminal): Command =>
  command
    .addOption(
      options.symbolsOption(
        'as the venue writes them, commas between, or @usdt-perps:50 for the 50 most traded, @usdt-perps@2022-01-01:50 for those of a past day; default: those of the source',
      ),
    )
    .option('--from <time>', 'first instant; default: a year ago', options.time(terminal))
    .option('--to <time>', 'end of the range (exclusive); default: now', options.time(terminal))
    .option('--timeframe <step>', 'grid, such as 1m, 1h, 1d; default: that of the source', options.timeframe);

/** The options of a trigger; `work` gets them. */
export function addTrigger(
  family: Command,
  terminal: Terminal,
  work: (options: TriggerOptions) => Promise<void>,
): void {
  const word = family.name();
  addOrderOptions(
    family.command('trigger').description('start a job that fetches whatever is missing of a range'),
    terminal,
  )
    .option('--wait', 'show progress until the job has ended')
    .option('--with-candles', 'first load the daily candles by which a selector with a date ranks symbols')
    .option('--json', 'print the job as one JSON document')
    .option('--idempotency-key <key>', 'the same key with the same order gives the same job')
    .addHelpText('after', helpFor(word))
    .action(work);
}

const helpFor = (word: string): string => `
Times are UTC: ${options.WHEN}.
Without --from and --to it also fills what was requested earlier and is still missing.

Examples:
  gordon-data backfill ${word} trigger --wait
  gordon-data backfill ${word} trigger --symbols BTCUSDT,ETHUSDT --from 2025-01-01 --to 2025-02-01 --wait

Exit codes: 0 succeeded; 1 failed, cancelled or with gaps; 2 invalid order; 130 interrupted`;

export async function trigger(context: Context, source: string, given: TriggerOptions): Promise<number> {
  const { terminal } = context;
  const { json = false } = given;
  const api = context.api();
  if (!json) await labelSimulated(context, api, terminal.out);
  if (isFred(source) && !(await acceptsFredTerms(context, api, given.symbols))) throw badInput(NOT_ACCEPTED);
  // From here on, so that a user who stops the program while the order is on its way learns its job.
  using stop = given.wait ? stopOn(terminal) : undefined;
  const place = (): Promise<OrderedJob> =>
    api.call('createJob', {
      body: orderOf(source, given),
      ...(given.idempotencyKey && { headers: { 'idempotency-key': given.idempotencyKey } }),
    });
  const job = given.withCandles ? await withCandles(context, api, given, place) : await place();
  if (!json) announce(context, job);
  if (stop) return await waitAndReport(context, api, job, stop, json);
  if (json) printJson(context, job);
  else print(context, ...whatNext(job.id));
  return 0;
}

export const orderOf = (source: string, { symbols, from, to, timeframe }: OrderOptions): OrderBody => ({
  source,
  ...(symbols && { symbols }),
  ...(from && { from }),
  ...(to && { to }),
  ...(timeframe && { timeframe }),
});

export function announce(context: Context, job: OrderedJob): void {
  print(context, `job ${job.id} ${job.status}: ${orderLine(job)}`);
  if (job.joined) print(context, '  joined: the same order was at work already, and this is its job');
  if (job.skipped.length > 0) print(context, `  left out, not listed there: ${job.skipped.join(', ')}`);
}
