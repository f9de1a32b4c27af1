import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as z from 'zod';
import { OrderBody } from '../../functions/core/orders/create-job.ts';
import { CoverageQuery, ReportQuery, RowsQuery } from '../../functions/core/queries/parameters.ts';
import { UniverseQuery } from '../../functions/core/queries/universe-view.ts';
import type { Context } from '../commands/context.ts';
import { badInput } from '../failure.ts';
import { acceptsFredTerms, isFred, NOT_ACCEPTED } from '../terms/fred-terms.ts';
import { answer } from './answers.ts';

const INSTRUCTIONS = `A warehouse of crypto market data. Instants are UTC, ranges have their start and not their end.
Begin with "sources": it has the tables, their timeframes and symbols, and the terms of the data, which have to be kept.
"gaps" says what is missing and why: a silence that it does not name is proven, so never fill or interpolate rows.`;

const READS = { readOnlyHint: true, openWorldHint: false } as const;
/** Most gaps of one answer. */
const MOST_GAPS = 200;

/** A page of rows; the API's own query, without what only files have. */
const RowsInput = RowsQuery.omit({ format: true }).extend({
  table: z.string().meta({ description: 'such as `spot_klines`; "sources" names them' }),
  limit: z
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(100)
    .meta({ description: 'the newest so many rows of the range, oldest first' }),
});

/** The API of a warehouse as tools. Only `allowBackfill` has one that changes anything. */
export function mcpServer(context: Context, version: string, allowBackfill: boolean): McpServer {
  const api = context.api();
  const server = new McpServer({ name: 'gordon-data', version }, { instructions: INSTRUCTIONS });
  server.registerTool(
    'sources',
    {
      description: 'What the warehouse can hold: sources with table, timeframes, symbols and licence.',
      annotations: READS,
    },
    () => answer(api, () => api.call('listSources')),
  );
  server.registerTool(
    'coverage',
    {
      description:
        'What is there by hour, day or month, in runs of buckets that are alike: rows, steps proven empty, steps missing.',
      inputSchema: CoverageQuery,
      annotations: READS,
    },
    (query) => answer(api, () => api.call('coverage', { query })),
  );
  server.registerTool(
    'gaps',
    {
      description: 'What was requested and is missing, with its cause and error. None: nothing is missing.',
      inputSchema: ReportQuery,
      annotations: READS,
    },
    (query) =>
      answer(api, async () => {
        const gaps = (await api.call('report', { query })).flatMap(
          ({ source, symbol, timeframe, gaps: of }) =>
            of.map(({ from, to, rows, cause, error }) => ({
              source,
              symbol,
              timeframe,
              from,
              to,
              rows,
              cause,
              ...(error && { error }),
            })),
        );
        return { count: gaps.length, gaps: gaps.slice(0, MOST_GAPS) };
      }),
  );
  server.registerTool(
    'rows',
    { description: 'Rows of one table, oldest first.', inputSchema: RowsInput, annotations: READS },
    ({ table, ...query }) => answer(api, () => api.call('rows', { params: { table }, query })),
  );
  server.registerTool(
    'universe',
    {
      description:
        'The symbols that were listed at an instant, those that ended since among them: choose those of a backtest here, not from the symbols of today. "complete": false means that symbols may be missing.',
      inputSchema: UniverseQuery,
      annotations: READS,
    },
    (query) =>
      answer(api, async () => {
        const { markets, symbols, ...found } = await api.call('universe', { query });
        return { ...found, count: symbols.length, symbols: symbols.map(({ evidence: _, ...one }) => one) };
      }),
  );
  server.registerTool(
    'quote',
    {
      description: 'What an order would take: rows, requests, seconds, dollars. It orders nothing.',
      inputSchema: OrderBody,
      annotations: READS,
    },
    (order) => answer(api, () => api.plan(order)),
  );
  if (allowBackfill) addOrders(server, context);
  return server;
}

function addOrders(server: McpServer, context: Context): void {
  const api = context.api();
  // A model's order is not a place for a question: what was accepted before, or by the variable, holds.
  const silent: Context = { ...context, terminal: { ...context.terminal, question: undefined } };
  server.registerTool(
    'backfill',
    {
      description: 'Orders what is missing of a range, from the venues. "job" shows how far it has come.',
      inputSchema: OrderBody,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    },
    (order) =>
      answer(api, async () => {
        if (isFred(order.source) && !(await acceptsFredTerms(silent, api, order.symbols)))
          throw badInput(NOT_ACCEPTED);
        return api.call('createJob', { body: order });
      }),
  );
  server.registerTool(
    'job',
    {
      description: 'One job: its status, progress and failures.',
      inputSchema: { id: z.string() },
      annotations: READS,
    },
    ({ id }) => answer(api, () => api.call('getJob', { params: { id } })),
  );
}
