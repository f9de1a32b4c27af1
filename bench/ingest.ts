/**
 * `npm run bench [-- --markdown]`: one symbol-year of 1m klines by gordon-data and by its peers, in one run on one machine,
 * because absolute times drift and only ratios compare. Everybody uses the same simulator, whose archive files are made
 * before the clock starts: a venue has them lying there. Tools of PyPI take part where they are installed; `PEERS=1`
 * installs them, `PEERS=0` leaves all peers but raw COPY out. `ROUNDS` defaults to 3. `LINE=80,30` puts the venue at the far end of a
 * line of 80 ms there and back and 30 MB/s; then only those take part who fetch.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '../functions/core/errors/errors.ts';
import { connect } from '../functions/stores/postgres/postgres.ts';
import { startHost } from '../host/host.ts';
import { empty } from './empty.ts';
import { startVenuesBehind } from './line/venues-behind-line.ts';
import { backfill, gordonData } from './peers/gordon-data.ts';
import { peers } from './peers/index.ts';
import {
  type Description,
  intoTable,
  type Outcome,
  type Peer,
  type Ready,
  type Testbed,
  WANTED,
} from './peers/peer.ts';
import { dump, rawCopy } from './peers/raw-copy.ts';
import { median, tableOf, whole } from './peers/table.ts';
import { newFolder } from './temporary-folder.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const { PEERS, LINE } = process.env;
const place = {
  folder: join(import.meta.dirname, '../.gordon/peers'),
  mayInstall: PEERS === '1',
  say: (line: string) => console.error(line),
};

interface Runner extends Ready {
  readonly peer: Description;
  readonly outcomes: Outcome[];
}

const peakMegabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1_024);

const absent: string[] = [];
const runners: Runner[] = [];
for (const peer of PEERS === '0' ? [rawCopy] : peers) {
  // A writer of rows that lie ready waits for no network, and the pages of a loop by REST would take half an hour on it.
  if (LINE === undefined || (peer.fetches && !peer.once)) await admit(peer);
}

const folder = newFolder('bench');
const venues = await startVenuesBehind(LINE, { cacheDir: join(folder, 'venues'), seed: 1 });
const host = await startHost({
  folder,
  ports: { jobs: 0, candles: 0, database: 0 },
  simulated: false,
  env: { ...venues.env },
});
const sql = connect(host.databaseUrl, { max: 2 });
try {
  await backfill(host, WANTED.rows);
  // Here, for what the files and raw COPY leave to the collector of this process is not the host's.
  const ofOne = peakMegabytes();
  const { GORDON_BINANCE_ARCHIVE_URL, GORDON_BINANCE_LISTING_URL, GORDON_BINANCE_SPOT_URL } = venues.env;
  const testbed = {
    venue: {
      archive: GORDON_BINANCE_ARCHIVE_URL!,
      listing: GORDON_BINANCE_LISTING_URL!,
      rest: GORDON_BINANCE_SPOT_URL!,
    },
    databaseUrl: host.databaseUrl,
    sql,
    copies: await dump(sql, folder),
  };
  const gordon: Runner = {
    peer: gordonData,
    outcomes: [],
    async run() {
      let seconds = 0;
      const { rows } = await intoTable(sql, async () => {
        seconds = await backfill(host, WANTED.rows);
      });
      return { seconds, rows };
    },
  };
  const again: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    await measure(gordon, testbed, round);
    again.push(await backfill(host, 0));
    for (const runner of runners) {
      if (!runner.peer.once || round === 1) await measure(runner, testbed, round);
    }
  }
  console.log(`
one year of ${WANTED.symbol} 1m, ${whole(WANTED.rows)} rows, median of ${ROUNDS} rounds${LINE === undefined ? ' (one of the ccxt loop)' : `, venue behind a line of ${LINE} (ms, MB/s)`}

${tableOf(gordon, runners, process.argv.includes('--markdown'))}

gordon-data once more, nothing missing: ${median(again).toFixed(2)} s
peak memory of the whole host (functions, state machine, job table, API): ${ofOne} MB after one order, ${peakMegabytes()} MB with all that this process sent for others`);
  for (const line of absent) console.log(`left out: ${line}`);
} finally {
  await sql.end();
  await host.close();
  await venues.close();
  rmSync(folder, { recursive: true, force: true });
}

async function admit(peer: Peer): Promise<void> {
  const ready = await peer.prepare(place).catch((error) => ({ missing: describeError(error) }));
  if ('missing' in ready) absent.push(`${peer.name}: ${ready.missing}`);
  else runners.push({ ...ready, peer, outcomes: [] });
}

async function measure(runner: Runner, testbed: Omit<Testbed, 'folder'>, round: number): Promise<void> {
  const own = mkdtempSync(join(folder, 'run-'));
  await empty(sql);
  try {
    const outcome = await runner.run({ ...testbed, folder: own });
    runner.outcomes.push(outcome);
    const rate = whole(outcome.rows / outcome.seconds);
    console.error(`round ${round}: ${runner.peer.name} ${outcome.seconds.toFixed(2)} s, ${rate} rows/s`);
  } catch (error) {
    // A peer that breaks is out; the measured one must not, nor what it is measured by.
    if (runner.peer === gordonData || runner.peer === rawCopy) throw error;
    absent.push(`${runner.peer.name}: it failed: ${describeError(error)}`);
    runners.splice(runners.indexOf(runner), 1);
    process.exitCode = 1;
  } finally {
    rmSync(own, { recursive: true });
  }
}
