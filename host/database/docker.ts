/** The service `postgres` of compose.yaml, through the same commands that a person types in the root of the repository. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GordonError } from '../../functions/core/errors/errors.ts';
import { portInUse } from '../ports.ts';
import type { Engine } from './choose-database.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** An engine that is starting or far away must not hold up a start for long. */
const PATIENCE_MS = 4_000;
const SERVICE = 'postgres';
/** Within the container. */
const PORT = 5432;

const run = promisify(execFile);

/** Whether an engine answers and has Compose, checked within a few seconds. */
export async function findEngine(): Promise<Engine> {
  const [info, compose] = await Promise.allSettled([
    probe('info', '--format', '{{.ServerVersion}}'),
    probe('compose', 'version', '--short'),
  ]);
  if (info.status === 'rejected') return { answers: false, why: whyNot('info', info.reason) };
  // Some clients report success without a server; then its version is empty.
  if (!/^\d/.test(info.value)) return { answers: false, why: 'no Docker engine answers' };
  if (compose.status === 'rejected') return { answers: false, why: whyNot('compose', compose.reason) };
  return { answers: true, version: info.value };
}

async function probe(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, { timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
  return stdout.trim();
}

function whyNot(command: 'info' | 'compose', error: { code?: unknown; killed?: boolean }): string {
  if (error.code === 'ENOENT') return 'there is no Docker here';
  if (error.killed) return `\`docker ${command}\` says nothing within ${PATIENCE_MS / 1_000} s`;
  return command === 'info' ? 'no Docker engine answers' : 'this Docker has no `docker compose`';
}

/** Whether the service runs, no matter who started it. */
export async function isPostgresRunning(): Promise<boolean> {
  const { code, output } = await compose('ps', '--status', 'running', '--quiet', SERVICE);
  return code === 0 && output.trim() !== '';
}

/**
 * Starts the service and waits until it takes connections. The first time Docker loads the image.
 * @returns URL of its superuser
 * @throws GordonError `port-in-use`, `docker-not-started`
 */
export async function startPostgres(): Promise<string> {
  const { code, errors } = await compose('up', '--detach', '--wait', SERVICE);
  if (code !== 0) throw notStarted(errors);
  // The port that it really has: a file .env or a compose.override.yaml may choose one too.
  const { output, errors: wrong } = await compose('port', SERVICE, String(PORT));
  const port = /:(\d+)\s*$/.exec(output)?.[1];
  if (!port) throw notStarted(wrong || 'its port is not published');
  return `postgres://gordon:gordon@127.0.0.1:${port}/gordon`;
}

/** Stops the service; its volume stays. @throws GordonError `docker-not-stopped` */
export async function stopPostgres(): Promise<void> {
  const { code, errors } = await compose('stop', SERVICE);
  if (code === 0) return;
  throw new GordonError({
    code: 'docker-not-stopped',
    subject: `the service ${SERVICE}`,
    message: `Docker did not stop it: ${lastLine(errors)}.`,
    remedy: `Start Docker and try again, or run \`docker compose stop ${SERVICE}\`.`,
  });
}

/** Runs `docker compose` in the root. What it reports of its progress is shown as it comes. */
async function compose(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const child = spawn('docker', ['compose', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => {
    errors += text;
    process.stderr.write(text);
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code: code ?? -1, output, errors };
  } catch (error) {
    return { code: -1, output, errors: (error as Error).message };
  }
}

const TAKEN =
  /port is already allocated|address already in use|ports are not available|only one usage of each socket/i;

function notStarted(errors: string): GordonError {
  if (TAKEN.test(errors)) {
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(errors)?.[1] ?? (process.env.GORDON_PG_PORT || PORT));
    return portInUse(port, 'database');
  }
  return new GordonError({
    code: 'docker-not-started',
    subject: `the service ${SERVICE}`,
    message: `Docker did not start it: ${lastLine(errors)}.`,
    remedy: `See \`docker compose logs ${SERVICE}\`, or set GORDON_DATABASE=embedded for the embedded PostgreSQL.`,
  });
}

const lastLine = (text: string): string =>
  text.trim().split('\n').at(-1)?.trim().replace(/\.$/, '') || 'no word';
