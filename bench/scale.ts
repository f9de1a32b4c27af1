/**
 * `npm run scale`: what limits a backfill of 10,000 symbols and ten years of 1m candles on AWS. The product's planner, estimates and
 * budget rules in virtual time against published quotas; writes the numbers into docs/SCALE.md and draws docs/images/scale-*.svg.
 */
import { fileURLToPath } from 'node:url';
import { binanceFamilies } from '../functions/sources/binance/hosts.ts';
import { runBudget } from './scale/budget-run.ts';
import { LANES_TODAY } from './scale/definition.ts';
import { demandTable } from './scale/demand.ts';
import { draw } from './scale/draw.ts';
import { fill } from './scale/fill.ts';
import * as scenarios from './scale/scenarios.ts';
import { shardingTable } from './scale/sharding.ts';
import * as tables from './scale/tables.ts';
import { limits, planCosts } from './scale/walls.ts';
import { chunksOf, rowsOf } from './scale/workload.ts';

const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));
const began = performance.now();

const files = scenarios.archive();
const archive = scenarios.archiveRuns(files);
const bounded = scenarios.boundedRuns(files);
const more = [...archive, ...scenarios.shardRuns(files, [2, 8])];
const shards = more
  .filter(({ setup }) => setup.lanes === LANES_TODAY)
  .sort((a, b) => a.setup.shards - b.setup.shards);
const young = scenarios.listedOverTime();
const youngRuns = scenarios.shardRuns(young, [1, 16]);
const rest = scenarios.restRuns(scenarios.restOnly());
const family = binanceFamilies.spot;
const budgets = [];
for (const workers of [8, 80, 200, 1_000]) {
  budgets.push(await runBudget({ family, workers, weight: 2, rowsPerPage: 1_000, windows: 10 }));
}
const plans = await planCosts([400, 1_000]);
const tail = files.templates.at(-1)!;
const tailWeight = tail.pages * tail.weight * scenarios.SYMBOLS;

fill(`${DOCS}SCALE.md`, {
  workload: `${tables.number(rowsOf(files) / 1e9, 1)} billion rows in ${tables.number(chunksOf(files))} chunks, ${files.orders.length} orders of ${scenarios.SYMBOLS_PER_ORDER} symbols. The REST tail weighs ${tables.number(tailWeight)}: ${tables.number(tailWeight / (family.limit * 0.9), 1)} windows of a minute at one address. The hottest partition of the job table takes ${tables.number(Math.max(...archive.map((run) => run.jobWritesPerSecond)), 1)} writes/s on average. To a database outside AWS ${tables.number(tables.usdOfTraffic(shards[0]!))} USD of traffic come on top.`,
  archive: tables.runsTable(archive),
  bounded: tables.runsTable(bounded),
  shards: tables.runsTable(shards),
  young: `${tables.number(rowsOf(young) / 1e9, 1)} billion rows in as many chunks.\n\n${tables.runsTable(youngRuns)}`,
  rest: tables.restTable(rest),
  budget: tables.budgetTable(budgets),
  demand: demandTable(),
  limits: tables.table(
    ['what', 'room for', 'because'],
    (await limits()).map(({ what, allows, why }) => [what, allows, why]),
  ),
  planner: plans
    .map(
      (p) =>
        `${tables.number(p.seconds, 2)} s of CPU with ${tables.number(p.symbols)} symbols (${tables.number(p.chunks)} chunks)`,
    )
    .join(', '),
  sharding: shardingTable(),
  quotas: tables.quotaTable(),
});
await draw(DOCS, { archive, rest });
const events = Math.max(...[...archive, ...bounded, ...rest].map(({ mostEvents }) => mostEvents));
console.log(tables.runsTable([...archive, ...bounded]));
console.log(tables.restTable(rest));
console.log(
  `most events of one execution: ${events}; docs/SCALE.md and docs/images/scale-*.svg written in ${((performance.now() - began) / 1_000).toFixed(0)} s`,
);
