import { run } from '../../localstack/run.ts';
import { lacking, PATIENCE_MS, said } from './commands.ts';
import { intoTable, type Peer } from './peer.ts';

/** The database's part alone, from text, by as many sessions as there are cores. */
export const parallelCopy: Peer = {
  name: 'psql \\copy of CSV, two sessions',
  to: 'the table',
  leavesOut: 'fetching, unpacking, ledger: the rows lie ready in the order of the columns',
  async prepare() {
    if (lacking(['psql']).length > 0)
      return { missing: 'there is no psql: install the client of PostgreSQL' };
    return {
      version: said('psql', ['--version'])!.replace(/^psql \(PostgreSQL\) (\S+).*/, '$1'),
      run: ({ sql, databaseUrl, copies }) =>
        intoTable(sql, () => Promise.all(copies.csv.map((file) => session(databaseUrl, file)))),
    };
  },
};

const session = (databaseUrl: string, file: string): Promise<string> =>
  run(
    'psql',
    [
      '--no-psqlrc',
      '--quiet',
      '--set',
      'ON_ERROR_STOP=1',
      '--command',
      `\\copy market_data.spot_klines from '${file}' with (format csv)`,
      databaseUrl,
    ],
    { signal: AbortSignal.timeout(PATIENCE_MS) },
  );
