import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GordonError } from '../functions/core/errors/errors.ts';
import { probePort } from '../host/os/ports.ts';
import { end, runs } from '../host/os/processes.ts';
import type { Installation } from './install.ts';

export interface ServerOptions {
  readonly installation: Installation;
  /** all that this server writes, its number in `server.pid` too; it keeps nothing, so use a new folder each time */
  readonly folder: string;
  /** of its gateway, on the loopback address */
  readonly port: number;
}

export interface Server {
  readonly url: string;
  /** leads a process group of its own, which DynamoDB is in */
  readonly pid: number;
  readonly logFile: string;
}

const PROGRAM = 'localstack.runtime.main';
const PID_FILE = 'server.pid';
const START_PATIENCE_MS = 120_000;
const STOP_PATIENCE_MS = 5_000;
const LAST_LINES = 15;

/**
 * Starts LocalStack in the background and waits until it answers. It outlives this process: see `stopServer`.
 * @throws GordonError `port-in-use`, `localstack-not-started`
 */
export async function startServer({ installation, folder, port }: ServerOptions): Promise<Server> {
  await refuseUsed(port);
  const made = (name: string): string => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  symlinkSync(installation.libraries, join(made('root/usr/lib'), 'localstack'));
  const places = { FILESYSTEM_ROOT: made('root'), TMPDIR: made('tmp'), HOME: made('home') };
  const logFile = join(folder, 'localstack.log');
  const log = openSync(logFile, 'a');
  const child = spawn(installation.python, ['-m', PROGRAM], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...environment(port), ...places },
  });
  child.unref();
  const server = { url: `http://127.0.0.1:${port}`, pid: child.pid!, logFile };
  writeFileSync(join(folder, PID_FILE), String(server.pid));
  const failure = await whyNot(child, server.url);
  if (failure === undefined) return server;
  await stopServer(server.pid);
  const words = readFileSync(logFile, 'utf8').trim().split('\n').slice(-LAST_LINES).join('\n');
  throw new GordonError({
    code: 'localstack-not-started',
    subject: 'LocalStack',
    message: `${failure}. Its log ends with:\n${words}\n`,
    remedy: `All of its log: ${logFile}`,
  });
}

/** Only what LocalStack needs: a proxy, an endpoint or a profile of the caller's would reach into it. */
function environment(port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    // Where there is a /.dockerenv LocalStack takes itself for its own image and writes all over /var/lib.
    OVERRIDE_IN_DOCKER: '0',
    GATEWAY_LISTEN: `127.0.0.1:${port}`,
    GATEWAY_SERVER: 'loopback',
    // For the host names that it builds: in front of an IP address they would not be URLs.
    LOCALSTACK_HOST: `localhost:${port}`,
    // No name server, no certificate, no telemetry, no update check: nothing that calls the internet.
    DNS_ADDRESS: '0',
    SKIP_SSL_CERT_DOWNLOAD: '1',
    DISABLE_EVENTS: '1',
    DYNAMODB_IN_MEMORY: '1',
    PROVIDER_OVERRIDE_S3: 'private',
    LAMBDA_RUNTIME_EXECUTOR: 'node-process',
    GORDON_NODE: process.execPath,
    // CloudFormation would not wait for a function to become active.
    LAMBDA_SYNCHRONOUS_CREATE: '1',
  };
}

/** @returns undefined once it answers */
async function whyNot(child: ChildProcess, url: string): Promise<string | undefined> {
  for (const deadline = Date.now() + START_PATIENCE_MS; Date.now() < deadline; await sleep(250)) {
    const ended = child.exitCode ?? child.signalCode;
    if (ended !== null) return `it ended with ${ended}`;
    if (await isUp(url)) return undefined;
  }
  return `it did not answer within ${START_PATIENCE_MS / 1000} seconds`;
}

/** Whether a LocalStack answers there. */
export async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/_localstack/health`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    // Not listening yet, or busy: the caller tries again.
    return false;
  }
}

/** Ends LocalStack and all that it started. It keeps nothing, so the wait is short. */
export const stopServer = (pid: number): Promise<void> => end(pid, PROGRAM, STOP_PATIENCE_MS);

export const isServer = (pid: number): boolean => runs(pid, PROGRAM);

async function refuseUsed(port: number): Promise<void> {
  try {
    await probePort(port);
  } catch (cause) {
    throw new GordonError({
      code: 'port-in-use',
      subject: `port ${port}`,
      cause,
      message: 'another program uses it.',
      remedy: 'Stop that program, or name another port in GORDON_LOCALSTACK_PORT.',
    });
  }
}
