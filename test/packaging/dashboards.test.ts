import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Runner } from '../../functions/stores/postgres/postgres.ts';
import { createTestDatabase } from '../helpers/database.ts';

interface Dashboard {
  readonly uid: string;
  readonly templating: { readonly list: readonly { readonly query: string }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly rawSql: string }[];
  }[];
}

const FILES = globSync('packaging/grafana/dashboards/*.json');

/** As Grafana fills them in. */
const filled = (sql: string): string =>
  sql
    .replaceAll(/\$__timeFilter\(([^()]*(?:\([^()]*\))?)\)/g, "$1 between '2025-01-01Z' and '2025-02-01Z'")
    .replaceAll('$symbol', 'BTCUSDT');

it('the dashboards of Grafana run on market_data, with what a reader may read', async () => {
  await using database = await createTestDatabase();
  const reader = database.connect({ role: 'gordon_reader' });
  expect(FILES).toHaveLength(2);
  for (const file of FILES) {
    const { panels, templating } = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
    const statements = [
      ...templating.list.map(({ query }) => query),
      ...panels.flatMap(({ targets }) => targets.map(({ rawSql }) => rawSql)),
    ];
    expect(statements.length).toBeGreaterThan(4);
    for (const statement of statements) {
      expect(filled(statement)).not.toMatch(/\$/);
      await expect(reader.unsafe(filled(statement)), statement).resolves.toBeInstanceOf(Array);
    }
  }
});

it('the login of Grafana reads, and writes nothing, whoever runs its file first or again', async () => {
  await using database = await createTestDatabase();
  const admin = database.connect();
  const script = readFileSync('packaging/grafana/login.sql', 'utf8').replaceAll(":'password'", "'secret'");
  const statements = script.replaceAll(/^--.*$/gm, '').split(/;|\\gexec/);
  try {
    for (const _ of ['first', 'again']) {
      for (const statement of statements) {
        // As psql's \gexec does it: what a query answers is run.
        const rows = statement.trim() === '' ? [] : await admin.unsafe(statement);
        for (const row of rows) await admin.unsafe(String(Object.values(row)[0]));
      }
    }
    const asGrafana = <T>(work: (sql: Runner) => Promise<T>) =>
      admin.begin(async (tx) => {
        await tx`set local role grafana`;
        return work(tx);
      });
    expect(
      await asGrafana((tx) => tx`select count(*)::int as n from market_data.coverage`.execute()),
    ).toMatchObject([{ n: 0 }]);
    await expect(asGrafana((tx) => tx`delete from market_data.coverage`.execute())).rejects.toMatchObject({
      code: '42501',
    });
  } finally {
    await admin`drop owned by grafana`;
    await admin`drop role grafana`;
  }
});
