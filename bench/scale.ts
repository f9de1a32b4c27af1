/**
 * `npm run scale`: what limits a backfill of 10,000 symbols and ten years of 1m candles on AWS. Runs the product's planner,
 * estimates and budget rules in virtual time against published quotas, writes the tables into docs/SCALE.md and draws
 * docs/images/scale-*.svg.
 */
import { fileURLToPath } from 'node:url';
import { LIMIT_SHARE } from '../functions/core/series/venue.ts';
import { binanceFamilies } from '../functions/sources/binance/hosts.ts';
import { fillDocument } from './document/fill-document.ts';
import { number, table } from './document/markdown.ts';
import { runBudget } from './scale/document/budget-run.ts';
import { demandTable } from './scale/document/demand.ts';
import { drawArchive, drawRest } from './scale/document/draw.ts';
import { limits } from './scale/document/limits.ts';
import * as scenarios from './scale/document/scenarios.ts';
import * as tables from './scale/document/tables.ts';
import { LANES_TODAY } from './scale/model/definition.ts';
import { countChunks, countRows, symbolName } from './scale/model/workload.ts';

const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));
const began = performance.now();

const files = scenarios.fromArchive();
const archive = scenarios.archiveRuns(files);
const bounded = scenarios.boundedRuns(files);
const shards = [...archive, ...scenarios.shardRuns(files, [2, 8])]
  .filter(({ setup }) => setup.lanes === LANES_TODAY)
  .sort((a, b) => a.setup.shards - b.setup.shards);
const rest = scenarios.restRuns(scenarios.fromRest());
const family = binanceFamilies.spot;
const budgets = [];
for (const workers of [8, 80, 200, 1_000]) {
  budgets.push(await runBudget({ family, workers, weight: 2, rowsPerPage: 1_000, windows: 10 }));
}
const tail = files.templates.at(-1)!;
const tailWeight = tail.pages * tail.weight * scenarios.SYMBOLS;
const keys = Array.from({ length: scenarios.SYMBOLS }, (_, i) => `${files.source.id} ${symbolName(i)}`);

const workload = [
  `${number(countRows(files) / 1e9, 1)} billion rows in ${number(countChunks(files))} chunks, ${files.orders.length} orders of ${scenarios.SYMBOLS_PER_ORDER} symbols.`,
  `The REST tail weighs ${number(tailWeight)}: ${number(tailWeight / (family.limit * LIMIT_SHARE), 1)} windows of a minute at one address.`,
  `The busiest partition of the job table takes ${number(Math.max(...archive.map((run) => run.jobWritesPerSecond)), 1)} writes/s on average.`,
  `The most events of one execution are ${number(Math.max(...[...archive, ...bounded, ...rest].map(({ mostEvents }) => mostEvents)))}.`,
  `A database outside AWS adds ${number(tables.usdOfTraffic(shards[0]!))} USD of traffic.`,
];

fillDocument(`${DOCS}SCALE.md`, {
  workload: workload.join('\n'),
  archive: tables.runsTable(archive),
  bounded: tables.runsTable(bounded),
  use: tables.useTable(
    [
      ['200 fetchers, 1 database', scenarios.findRun(archive, 8, 1)],
      ['500 fetchers, 16 databases', scenarios.findRun(archive, 20, 16)],
    ],
    family,
  ),
  shards: tables.runsTable(shards),
  rest: tables.restTable(rest),
  budget: tables.budgetTable(budgets),
  demand: demandTable(),
  limits: table(
    ['what', 'room for', 'because'],
    limits().map(({ what, allows, why }) => [what, allows, why]),
  ),
  sharding: tables.shardingTable(keys),
  quotas: tables.quotaTable(),
});
await drawArchive(`${DOCS}images/scale-time.svg`, archive);
await drawRest(`${DOCS}images/scale-rest.svg`, rest);
console.log(
  `docs/SCALE.md and docs/images/scale-*.svg written in ${((performance.now() - began) / 1_000).toFixed(0)} s`,
);
