import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DescribedTable, dictionary } from '../../functions/core/queries/dictionary.ts';
import { iso } from '../../functions/core/time/time.ts';
import { sources } from '../../functions/sources/index.ts';
import { createCoverageQueries } from '../../functions/stores/queries/coverage-queries.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';

let database: TestDatabase;
let tables: DescribedTable[];
beforeAll(async () => {
  database = await createTestDatabase();
  const queries = createCoverageQueries(database.connect({ role: 'gordon_reader' }));
  tables = dictionary(await queries.tables(), sources);
});
afterAll(() => database?.[Symbol.asyncDispose]());

/** Views of the market's data for people; the other tables without a source are the program's own records. */
const VIEWS = [
  'spot_candles',
  'perp_candles',
  'stablecoin_supply_ratio',
  'macro_latest',
  'gex_totals',
  'option_gex',
  'option_skew',
  'option_term_structure',
  'mark_price_candles',
  'index_price_candles',
  'premium_index_candles',
  'coinm_candles',
];
const holdsData = ({ name, sources: filledBy }: DescribedTable): boolean =>
  filledBy.length > 0 || VIEWS.includes(name) || /^price_klines_/.test(name);

describe('the column dictionary', () => {
  it('describes every table and every column', () => {
    expect(tables.filter(({ description }) => description === '').map(({ name }) => name)).toEqual([]);
    const columns = tables.flatMap(({ name, columns: of }) =>
      of.map((column) => ({ table: name, ...column })),
    );
    expect(columns.length).toBeGreaterThan(250);
    expect(columns.filter((c) => c.description === '').map((c) => `${c.table}.${c.name}`)).toEqual([]);
  });

  it('has a unit for every number of the data', () => {
    const bare = tables
      .filter(holdsData)
      .flatMap(({ name, columns }) =>
        columns
          .filter(
            ({ type, unit }) => /^(double precision|integer|bigint|numeric)$/.test(type) && unit === null,
          )
          .map((column) => `${name}.${column.name}`),
      );
    expect(bare).toEqual([]);
  });

  it('knows every table of the sources, with its columns', () => {
    for (const { table } of Object.values(sources)) {
      const names = tables.find(({ name }) => name === table.name)?.columns.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(table.columns.map(({ name }) => name)));
    }
  });

  it('is docs/TABLES.md; `npm run tables` writes it anew', async () => {
    await expect(page(tables)).toMatchFileSnapshot('../../docs/TABLES.md');
  });
});

const page = (all: readonly DescribedTable[]): string => {
  const data = all.filter(holdsData);
  const own = all.filter((table) => !holdsData(table));
  return [
    '# Tables',
    'The schema `market_data` on plain PostgreSQL, as the comments in SQL describe it (`\\d+ market_data.spot_klines` shows them too, and\n`GET /data` serves them). `npm run tables` writes this page. Instants are `timestamptz`, in UTC.',
    '## Data',
    ...data.map(section),
    "## The program's own records",
    ...own.map(section),
    '',
  ].join('\n\n');
};

const section = ({ name, kind, description, sources: filledBy, columns }: DescribedTable): string =>
  [
    `### ${name}`,
    `${kind === 'view' ? 'A view. ' : ''}${sentence(description)}`,
    ...(filledBy.length > 0
      ? [
          `Filled by ${filledBy
            .map(
              ({ id, title, since }) =>
                `\`${id}\` (${title}${since === null ? '' : `, since ${day(since)}`})`,
            )
            .join(', ')}.`,
        ]
      : []),
    [
      '| column | type | unit | meaning |',
      '|---|---|---|---|',
      ...columns.map(
        ({ name: column, type, unit, description: meaning }) =>
          `| ${column} | ${type.replace('timestamp with time zone', 'timestamptz')} | ${unit ?? ''} | ${cell(meaning)} |`,
      ),
    ].join('\n'),
  ].join('\n\n');

const day = (at: number): string => iso(at).slice(0, 10);
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${cell(text.slice(1))}.`;
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
