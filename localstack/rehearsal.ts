import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { GordonError } from '../functions/core/errors/errors.ts';
import { openDatabase, stopDatabase } from '../host/database/database.ts';
import { bootstrap, deploy, simulated, synthesize } from './deploy.ts';
import { install } from './install.ts';
import { isServer, isUp, startServer, stopServer } from './server.ts';
import { clearState, HOME, readState, type State, writeState } from './state.ts';
import { isSimulator, type Simulator, startSimulator, stopSimulator } from './venues.ts';

export type Venues = 'live' | 'simulated';
type Say = (line: string) => void;

/** Starts LocalStack unless it runs, and installs it before if need be. */
export async function up(port: number, say: Say): Promise<State['server']> {
  const running = await runningState();
  if (running) return running.server;
  const installation = await install(join(HOME, 'install'), say);
  const folder = join(HOME, 'run');
  rmSync(folder, { recursive: true, force: true });
  const server = await startServer({ installation, folder, port });
  const venues = readState()?.venues;
  writeState({ server, bootstrapped: false, ...(venues && { venues }) });
  return server;
}

/** @returns where the jobs API answers and the URL of its database */
export async function deployStack(
  venues: Venues,
  databaseUrl: string | undefined,
): Promise<{ apiUrl: string; databaseUrl: string }> {
  const state = await runningState();
  if (!state) throw notRunning();
  const database = await openDatabase({
    ...(databaseUrl && { url: databaseUrl }),
    dataDir: dataDirOf(venues),
    port: 0,
    simulated: venues === 'simulated',
  });
  const simulator = venues === 'simulated' ? await runningSimulator(state) : undefined;
  const target = { url: state.server.url, folder: join(HOME, 'cdk') };
  const [assembly] = await Promise.all([
    synthesize(target.folder, simulator ? simulated(simulator.env) : {}),
    state.bootstrapped ? undefined : bootstrap(target),
  ]);
  writeState({ ...state, ...(simulator && { venues: simulator }), bootstrapped: true });
  const { apiUrl } = await deploy(target, assembly, database.url);
  return { apiUrl, databaseUrl: database.url };
}

/** Stops everything that runs. LocalStack's content is lost, the database stays. @returns false when nothing ran */
export async function down(): Promise<boolean> {
  const state = readState();
  const found = state !== undefined && (isServer(state.server.pid) || isSimulator(state.venues?.pid ?? 0));
  if (state) await stopServer(state.server.pid);
  if (state?.venues) await stopSimulator(state.venues.pid);
  const databases = await Promise.all([
    stopDatabase(dataDirOf('live')),
    stopDatabase(dataDirOf('simulated')),
  ]);
  clearState();
  return found || databases.includes(true);
}

async function runningState(): Promise<State | undefined> {
  const state = readState();
  return state && isServer(state.server.pid) && (await isUp(state.server.url)) ? state : undefined;
}

async function runningSimulator(state: State): Promise<Simulator> {
  if (state.venues && isSimulator(state.venues.pid)) return state.venues;
  const venues = await startSimulator(join(HOME, 'venues'));
  // Written now, so that `down` finds it whatever fails from here on.
  writeState({ ...state, venues });
  return venues;
}

/** Invented and real rows never share a database. */
const dataDirOf = (venues: Venues): string => join(HOME, venues, 'postgres');

const notRunning = (): GordonError =>
  new GordonError({
    code: 'localstack-not-running',
    subject: 'LocalStack',
    status: 409,
    message: 'it does not run.',
  });
