import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { databasePlace } from '../../../functions/stores/postgres/postgres.ts';
import type { HostState } from '../../../host/state-file.ts';
import type { PartState } from '../../../host/supervisor/part.ts';
import type { SupervisorState } from '../../../host/supervisor/state.ts';
import { badInput, CliError } from '../../failure.ts';
import { plural, time } from '../../format/values.ts';
import { say } from '../../terminal.ts';
import { type Context, IGNORED, print } from '../context.ts';
import type { Handle } from '../handle.ts';

/** Loaded when it is needed: the other commands talk to any host. */
const control = () => import('../../../host/control.ts');

/** What chooses and starts the database of a host. */
const databases = () => import('../../../host/database/prepare-database.ts');

const MAIN = fileURLToPath(new URL('../../../host/main.ts', import.meta.url));

interface UpOptions {
  readonly demo?: boolean;
  readonly frozen?: boolean;
  readonly foreground?: boolean;
}

interface StatusOptions {
  /** print the URL that may write, with its password */
  readonly owner?: boolean;
}

export function addHost(program: Command, context: Context, handle: Handle): void {
  program
    .command('up')
    .description('start gordon-data on this machine')
    .option('--demo', 'with simulated venues and a database of their own')
    .option('--frozen', 'with --demo: schedules add no rows, so that it shows what was loaded')
    .option('--foreground', 'stay on this terminal until Ctrl-C')
    .action(handle((given: UpOptions) => up(context, given)));
  program
    .command('down')
    .description('stop what "up" started; the data are kept')
    .action(handle(() => down(context)));
  program
    .command('status')
    .description('whether gordon-data runs on this machine, and where')
    .option('--owner', "also print the URL of the database's owner, with its password")
    .action(handle((given: StatusOptions) => status(context, given)));
}

async function up(
  context: Context,
  { demo = false, frozen = false, foreground = false }: UpOptions,
): Promise<number> {
  if (frozen && !demo) throw badInput('--frozen goes with --demo: live data are kept current');
  if (demo && context.terminal.env.GORDON_DATABASE_URL) say(context.terminal.err, IGNORED);
  if (foreground) return inForeground(context, demo ? 'demo' : 'live', frozen ? ['--frozen'] : []);
  const { state, started } = await (await control()).up({ demo, frozen });
  print(context, started ? 'gordon-data is up' : 'gordon-data was up already', ...hostLines(state));
  return 0;
}

async function down(context: Context): Promise<number> {
  const stopped = await (await control()).down();
  print(context, stopped ? 'gordon-data is down; its data are kept' : 'nothing ran');
  return 0;
}

/** @returns the exit code: 1 where something that it needs has ended and does not run again yet */
async function status(context: Context, { owner = false }: StatusOptions = {}): Promise<number> {
  const [state, supervisor] = [await (await control()).status(), await liveSupervisor()];
  const parts = { ...(supervisor?.host && { host: supervisor.host }), ...state?.parts };
  const lines = Object.entries(parts).map(([name, part]) => partLine(name, part));
  if (!state && !supervisor) throw new CliError('gordon-data does not run: start it with `make dev-up`');
  if (!state) {
    print(context, 'gordon-data is not up; its supervisor starts the host again', ...lines);
    return 1;
  }
  const down = Object.entries(parts).flatMap(([name, { nextAt }]) => (nextAt ? [name] : []));
  const headline =
    down.length === 0 ? 'gordon-data is up' : `gordon-data runs without its ${down.join(', ')}`;
  print(context, headline, ...hostLines(state), ...lines, ...(owner ? [ownerLine(state)] : []));
  return down.length === 0 ? 0 : 1;
}

async function liveSupervisor(): Promise<SupervisorState | undefined> {
  const { isSupervisor, readSupervisor } = await import('../../../host/supervisor/state.ts');
  const supervisor = readSupervisor();
  return supervisor && isSupervisor(supervisor.pid) ? supervisor : undefined;
}

/** What became of a process that ended. */
export const partLine = (name: string, { restarts, endedAt, why, nextAt }: PartState): string =>
  nextAt
    ? `  ${`${name}:`.padEnd(12)} ended at ${time(endedAt)} UTC (${why}); started again ${plural(restarts, 'time')}, next at ${time(nextAt)} UTC`
    : `  ${`${name}:`.padEnd(12)} started again ${plural(restarts, 'time')}, last after ${time(endedAt)} UTC (${why})`;

export const hostLines = (state: HostState): string[] => [
  `  venues:      ${state.mode === 'demo' ? 'simulated' : 'live'}${state.frozen ? ', frozen: no schedule adds rows' : ''}`,
  `  console:     http://127.0.0.1:${state.ports.jobs}/`,
  `  jobs API:    http://127.0.0.1:${state.ports.jobs}`,
  `  candles API: http://127.0.0.1:${state.ports.candles}`,
  ...databaseLines(state),
  ...(state.databaseReason ? [`  data in:     ${state.databaseReason}`] : []),
  `  since:       ${time(state.startedAt)} UTC, process ${state.pid}`,
  `  log:         ${state.logFile || 'on its terminal'}`,
];

/** Never the owner's URL: what is printed ends in screenshots and logs. */
const databaseLines = ({ databaseUrl, readerUrl }: HostState): string[] =>
  readerUrl
    ? [`  database:    ${readerUrl} (reads only)`, `  SQLAlchemy:  ${sqlAlchemyUrl(readerUrl)} (the same)`]
    : [
        `  database:    ${databasePlace(databaseUrl)} (named by GORDON_DATABASE_URL; its logins are yours)`,
        "               a login that only reads: ALTER ROLE gordon_reader LOGIN PASSWORD '…', by an administrator",
      ];

/** SQLAlchemy refuses `postgres:`, and would take another driver than psycopg by itself. */
const sqlAlchemyUrl = (url: string): string => url.replace(/^postgres(ql)?:/, 'postgresql+psycopg:');

const ownerLine = ({ databaseUrl }: HostState): string => `  owner:       ${databaseUrl} (may write)`;

/** The host on this terminal, until Ctrl-C; the host receives the signal itself and shuts down in order. */
async function inForeground(
  { terminal }: Context,
  mode: HostState['mode'],
  flags: readonly string[],
): Promise<number> {
  const running = await (await control()).status();
  if (running)
    throw new CliError(`it runs already, as process ${running.pid}: stop it with \`make dev-down\``);
  const { prepareDatabase, preparedDatabase, releaseDatabase } = await databases();
  const database = await prepareDatabase(mode);
  say(terminal.err, `gordon-data: ${preparedDatabase(database)?.reason}`);
  const env = { ...process.env, ...database };
  const child = spawn(process.execPath, [MAIN, mode, ...flags], { stdio: 'inherit', env });
  using _listening = terminal.onStop((signal) => {
    // A terminal sends Ctrl-C to both of us; the host takes a second one for the first.
    child.kill(signal);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  await releaseDatabase();
  return code ?? 1;
}
