import type { FindingBook } from '../../../functions/core/ledger/ports.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import type { Finding } from '../../../functions/core/series/source.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import type { KeptFinding, MemoryWarehouse } from '../ledger/warehouse.ts';
import { atOnce, type Step } from '../step.ts';

/** Findings in memory that are settled by the checks that made them. */
export const createMemoryFindingBook = (
  warehouse: MemoryWarehouse,
  clock: Clock,
  step: Step = atOnce,
): FindingBook => ({
  async settle(series, { kinds, range }, findings, { object, jobId }) {
    await step(`settle findings of ${seriesLabel(series)}`);
    const said = new Set(findings.map(textOf));
    const book = warehouse.book(series);
    const stays = (one: KeptFinding): boolean =>
      one.object !== object ||
      !kinds.includes(one.kind) ||
      one.time === undefined ||
      one.time < range.start ||
      one.time >= range.end ||
      said.has(textOf(one));
    book.findings = new Map([...book.findings].filter(([, one]) => stays(one)));
    warehouse.note({ series, object }, findings, { jobId, chunk: object, at: clock() });
  },

  async times(series, { kinds, object }, limit) {
    await step(`times of findings of ${seriesLabel(series)}`);
    return [...warehouse.book(series).findings.values()]
      .filter((one) => one.object === object && kinds.includes(one.kind))
      .flatMap(({ time }) => time ?? [])
      .toSorted((a, b) => b - a)
      .slice(0, limit);
  },
});

type Said = Pick<Finding, 'kind' | 'time' | 'until' | 'detail'>;

const textOf = ({ kind, time, until, detail }: Said): string => JSON.stringify([kind, time, until, detail]);
