import type { Answer, Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { licencesOf } from '../../core/licences/licences.ts';
import { NoQuery } from '../../core/queries/parameters.ts';
import type { Source } from '../../core/series/source.ts';
import { timeColumn } from '../../core/series/table.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ query }, { sources, hasKey }: Uses<'sources' | 'hasKey'>): Promise<Reply<'listSources'>> => {
    parseInput(NoQuery, query, 'the query');
    return { status: 200, body: Object.values(sources).map((source) => view(source, hasKey)) };
  },
);

const view = (source: Source, hasKey: (env: string) => boolean): Answer<'listSources'>[number] => ({
  id: source.id,
  family: source.family,
  title: source.title,
  table: source.table.name,
  rhythm: source.table.cadence === 'irregular' ? 'events' : 'steps',
  timeframes: source.timeframes,
  default_timeframe: source.defaultTimeframe,
  default_symbols: source.defaultSymbols,
  columns: source.table.columns,
  time_column: timeColumn(source.table),
  key: source.table.key,
  vintages: source.table.vintages ?? null,
  key_missing: source.key && !hasKey(source.key.env) ? source.key.env : null,
  opt_in_symbols: source.optInSymbols ?? [],
  licence: licencesOf(source.id)[0] ?? null,
});

export const handler = createHandler(servicesFromEnv);
