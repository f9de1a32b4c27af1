import { AGGREGATED, AGGREGATES } from '../aggregates/aggregates.ts';
import { badRequest } from '../errors/bad-request.ts';
import { didYouMean } from '../series/names/closest.ts';
import { sourceWords } from '../series/names/named-sources.ts';
import type { Series } from '../series/series.ts';
import type { Source, Sources } from '../series/source.ts';

/** What a month of a series can be written as. */
export const MONTH_FORMATS = ['parquet', 'csv', 'arrow'] as const;
export type MonthFormat = (typeof MONTH_FORMATS)[number];

const EXTENSIONS: Readonly<Record<MonthFormat, string>> = {
  parquet: 'parquet',
  csv: 'csv.gz',
  arrow: 'arrow',
};

/**
 * Where a month of a series lies in the tree, such as `spot_klines/symbol=BTCUSDT/2025-03.parquet`. Folders are Hive's
 * partitions, so every engine reads a table's folder as one dataset. Another timeframe than the source's usual one is part
 * of the file's name.
 */
export function pathOf(source: Source, series: Series, month: string, format: MonthFormat): string {
  const { table, defaultTimeframe } = source;
  const partitions = Object.entries({ ...table.fixed, symbol: series.symbol }).map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}`,
  );
  const grid = series.timeframe === defaultTimeframe ? '' : `.${series.timeframe}`;
  return `${[table.name, ...partitions, month].join('/')}${grid}.${EXTENSIONS[format]}`;
}

/** Columns that are folders of the tree, by their names. */
export const partitionsOf = ({ table }: Source): readonly string[] => [
  ...Object.keys(table.fixed ?? {}),
  'symbol',
];

/** Whether a path is that of a month of the tree, whatever its format. */
export const isMonthPath = (path: string): boolean =>
  /^\w+(?:\/\w+=[^/]+)+\/\d{4}-\d{2}(?:\.\w+)?\.(?:parquet|csv\.gz|arrow)$/.test(path);

/** The sources that a word names: a table, a family or a source. @throws GordonError `unknown-source`, `invalid-request` */
export function sourcesOf(sources: Sources, word: string): readonly Source[] {
  const chosen = Object.values(sources).filter(
    ({ id, family, table }) => id === word || family === word || table.name === word,
  );
  if (chosen.length > 0) return chosen;
  if (AGGREGATES.some(({ name }) => name === word)) {
    const { table } = sources[AGGREGATED.source]!;
    throw badRequest(
      'invalid-request',
      word,
      `it is computed from ${table.name}, so an export has nothing of it that ${table.name} has not.`,
      `Export ${table.name}, or read \`/data/${table.name}?every=1h&format=parquet\`.`,
    );
  }
  const tables = [...new Set(Object.values(sources).map(({ table }) => table.name))];
  const meant = didYouMean(word, [...tables, ...sourceWords(sources)]);
  throw badRequest(
    'unknown-source',
    word,
    'there is no such source or table.',
    meant || `The tables are ${tables.join(', ')}; \`gordon-data backfill series\` lists the sources.`,
  );
}
