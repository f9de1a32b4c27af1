import type { Mutation } from './mutation.ts';

/** Faults that the program never had, of kinds that such programs have. */
export const PLANTED: readonly Mutation[] = [
  {
    id: 'month-end',
    fault: 'the last minute of a month or a day is in no chunk',
    file: 'functions/core/ledger/plan.ts',
    before: 'clip([range], { start: period.start + later, end })',
    after: 'clip([range], { start: period.start + later, end: end - 60_000 })',
  },
  {
    id: 'committed-again',
    fault: 'a page is committed without the condition that nobody committed it meanwhile',
    file: 'functions/core/ledger/page-account.ts',
    before: 'subtract(subtract(normalize(page.have), have), written)',
    after: 'subtract(normalize(page.have), written)',
  },
  {
    id: 'lost-lease',
    fault: 'a lease whose holder died is never passed on',
    file: 'functions/core/jobs/lease.ts',
    before: 'if (Math.abs(now - seen.at) < holdMs) return undefined;',
    after: 'return undefined;',
  },
  {
    id: 'no-progress',
    fault: 'a wave without progress is followed by another one',
    file: 'functions/core/jobs/plan-wave.ts',
    before: 'const progress = input.previousMissing < 0 || untried || missing < input.previousMissing;',
    after: 'const progress = missing >= 0;',
  },
  {
    id: 'budget-share',
    fault: "half as much again as a venue's limit is spent",
    file: 'functions/core/series/venue.ts',
    before: 'export const LIMIT_SHARE = 0.9;',
    after: 'export const LIMIT_SHARE = 1.5;',
  },
  {
    id: 'open-candle',
    fault: 'a candle is stored before its minute is over',
    file: 'functions/sources/binance/klines/kline-json.ts',
    before: 'if (toMillis(rows.fields[CLOSE_TIME]![rows.length]!) < asOf && stepEnd <= asOf) rows.length++;',
    after: 'if (stepEnd > 0) rows.length++;',
  },
];
