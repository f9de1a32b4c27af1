import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sourcesOfStage, stages } from '../../cli/seed/stages.ts';
import { LICENCE_OF_SOURCE } from '../../functions/core/licences/licences.ts';
import { toHttpRequest } from '../../functions/core/probe/check.ts';
import { sampleRequests } from '../../functions/core/queries/sample-requests.ts';
import { sources } from '../../functions/sources/index.ts';
import { checks } from '../../functions/sources/probe/index.ts';
import { venueModules } from '../../simulator/registry.ts';
import { TABLES } from '../python/warehouse.ts';

const root = new URL('../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** Of what ADDING_A_SOURCE.md has as steps, the ones that nothing else enumerates. Each says whether a source has it. */
const STEPS: Readonly<Record<string, (id: string) => boolean>> = {
  'fixtures in test/fixtures': (id) => existsSync(new URL(`test/fixtures/${id}/index.ts`, root)),
  'a check of the live venue': (id) => checks.some((check) => check.sources.includes(id)),
  'a licence': (id) => Object.hasOwn(LICENCE_OF_SOURCE, id),
  'a stage in the demo': (id) =>
    stages.some((stage) => sourcesOfStage(stage, sources).some((source) => source.id === id)),
  'rows for the readers of other languages': (id) => Object.hasOwn(TABLES, sources[id]!.table.name),
  'a line in README': (id) => text('README.md').includes(`\`${id}\``),
  'its table in docs/TABLES.md': (id) => text('docs/TABLES.md').includes(`### ${sources[id]!.table.name}\n`),
  'hosts in the simulator': (id) => {
    const simulated = new Set(venueModules.map(({ env }) => env));
    const probed = checks
      .filter((check) => check.sources.includes(id))
      .flatMap((check) => check.requests(Date.UTC(2026, 10, 21)).map(toHttpRequest));
    return [...sampleRequests(sources[id]!), ...probed].every(({ host }) => simulated.has(host.env));
  },
};

it.each(Object.entries(STEPS))('every source has %s', (_step, has) => {
  expect(Object.keys(sources).filter((id) => !has(id))).toEqual([]);
});

it('the Python package knows the table of each market of candles', () => {
  const markets = text('python/gordon_data/markets.py');
  const candles = Object.values(sources).filter(({ family }) => family === 'klines' || family === 'candles');
  const unknown = candles.filter(({ id, table }) => {
    const shared = candles.filter((other) => other.table.name === table.name).length > 1;
    return !markets.includes(`("${table.name}", ${shared ? `"${id}"` : 'None'})`);
  });
  expect(unknown.map(({ id }) => id)).toEqual([]);
});
