import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { hasCluster } from '../cluster/index.ts';
import { GORDON_DIR } from '../state-file.ts';
import { chooseByEngine, chooseDatabase, type DatabaseFacts } from './choose-database.ts';
import { findEngine, isPostgresRunning, startPostgres, stopPostgres } from './docker.ts';

/** What the program that starts a host decides for it. */
const Prepared = z.object({
  /** which database is used, and why */
  reason: z.string(),
  /** a database that we made: absent for the user's own and for the embedded one */
  dockerUrl: z.string().optional(),
});
export type Prepared = z.infer<typeof Prepared>;

/** Passes it to the host, which is a process of its own. */
const VARIABLE = 'GORDON_PREPARED_DATABASE';

/**
 * Chooses the database of a host that is about to start, and starts the one in Docker if it is chosen.
 * @returns variables for the host's process
 * @throws GordonError `bad-environment`, `no-docker-engine`, `docker-not-started`, `port-in-use`
 */
export async function prepareDatabase(mode: 'demo' | 'live'): Promise<NodeJS.ProcessEnv> {
  const folder = join(GORDON_DIR, mode, 'postgres');
  const facts: DatabaseFacts = {
    mode,
    url: process.env.GORDON_DATABASE_URL,
    wish: process.env.GORDON_DATABASE,
    folder: shortest(folder),
    folderHoldsData: hasCluster(folder),
    dockerHoldsData: readNote()?.holdsData ?? false,
  };
  const { kind, reason } = chooseDatabase(facts) ?? chooseByEngine(facts, await findEngine());
  const dockerUrl = kind === 'docker' ? await startNoted() : undefined;
  const prepared: Prepared = { reason, dockerUrl };
  return { [VARIABLE]: JSON.stringify(prepared) };
}

/** Relative to the current folder, unless that leads upwards. */
function shortest(path: string): string {
  const way = relative(process.cwd(), path);
  return way.startsWith('..') ? path : way;
}

/** What `prepareDatabase` decided; undefined for a host that is started by hand. */
export function preparedDatabase(env: NodeJS.ProcessEnv): Prepared | undefined {
  const text = env[VARIABLE];
  return text ? Prepared.parse(JSON.parse(text)) : undefined;
}

/** Stops the database in Docker if a start of ours started it. @returns false when none did */
export async function releaseDatabase(): Promise<boolean> {
  const note = readNote();
  if (!note?.started) return false;
  await stopPostgres();
  writeNote({ ...note, started: false });
  return true;
}

/** What is remembered of the database in Docker from one start to the next. */
const Note = z.object({ started: z.boolean(), holdsData: z.boolean() });
type Note = z.infer<typeof Note>;

const NOTE = join(GORDON_DIR, 'live', 'docker.json');

async function startNoted(): Promise<string> {
  const before = readNote();
  // A database that the user started is not ours to stop.
  const started = before?.started || !(await isPostgresRunning());
  writeNote({ started, holdsData: before?.holdsData ?? false });
  const url = await startPostgres();
  writeNote({ started, holdsData: true });
  return url;
}

function readNote(): Note | undefined {
  if (!existsSync(NOTE)) return undefined;
  return Note.parse(JSON.parse(readFileSync(NOTE, 'utf8')));
}

function writeNote(note: Note): void {
  mkdirSync(dirname(NOTE), { recursive: true });
  writeFileSync(NOTE, JSON.stringify(note));
}
