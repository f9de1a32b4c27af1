import { spawnSync } from 'node:child_process';
import { GordonError } from '../functions/core/errors/errors.ts';

/** What host mode needs of the machine; it does not come with the packages. */
export interface Tools {
  /** an interpreter of 3.13 */
  readonly python: string;
  /** home of a Java 17 or newer */
  readonly javaHome: string;
  readonly maven: string;
}

/**
 * On 3.12 LocalStack 4.14.0 starts, then its event bus (`warnings.deprecated`) and its DynamoDB (`Lock | None`) answer
 * 500 to everything; newer ones are not tried.
 */
const PYTHON = '3.13';
const OLDEST_JAVA = 17;

/** @throws GordonError `tool-missing`, whose message says which and where to get it */
export function findTools(): Tools {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw missing('Linux on x86-64', `this is ${process.platform} on ${process.arch}`, 'Use docker compose.');
  }
  const python = findPython();
  if (!python) {
    const remedy = `Install it, by \`uv python install ${PYTHON}\` or pyenv, or name one in GORDON_PYTHON.`;
    throw missing(`Python ${PYTHON}`, 'none was found', remedy);
  }
  const javaHome = findJava();
  if (!javaHome) throw missing(`Java ${OLDEST_JAVA}`, 'none so new was found', 'Install a JRE.');
  if (!run('mvn', ['--version'])) throw missing('Maven', 'there is no mvn', 'Install it.');
  return { python, javaHome, maven: 'mvn' };
}

/**
 * The path of an interpreter of 3.13. Commands can be shims that answer for one version only, so each is run
 * for its version and path.
 */
export function findPython(): string | undefined {
  const named = process.env.GORDON_PYTHON;
  for (const command of named ? [named] : [`python${PYTHON}`, 'python3', 'python']) {
    const found = probePython(command);
    if (found) return found;
  }
  if (named) return undefined;
  const installed =
    run('pyenv', ['versions', '--bare'])
      ?.split('\n')
      .map((line) => line.trim()) ?? [];
  for (const version of installed.filter(isFit)) {
    const found = probePython('python3', { PYENV_VERSION: version });
    if (found) return found;
  }
  return run('uv', ['python', 'find', '--no-python-downloads', PYTHON])?.trim();
}

const isFit = (version: string): boolean => version.startsWith(`${PYTHON}.`);

function probePython(command: string, env: NodeJS.ProcessEnv = {}): string | undefined {
  const script = 'import sys; print(sys.version.split()[0], sys.executable)';
  const [version = '', path] = run(command, ['-c', script], env)?.trim().split(' ') ?? [];
  return isFit(version) ? path : undefined;
}

function findJava(): string | undefined {
  const { JAVA_HOME } = process.env;
  for (const command of [...(JAVA_HOME ? [`${JAVA_HOME}/bin/java`] : []), 'java']) {
    const said = run(command, ['-XshowSettings:properties', '-version']);
    const version = Number(/java\.specification\.version = (\d+)/.exec(said ?? '')?.[1]);
    if (version >= OLDEST_JAVA) return /java\.home = (.+)/.exec(said!)?.[1]?.trim();
  }
  return undefined;
}

/** What a command prints, on either stream; undefined when there is none or it fails. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string | undefined {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return status === 0 ? stdout + stderr : undefined;
}

const missing = (subject: string, message: string, remedy: string): GordonError =>
  new GordonError({
    code: 'tool-missing',
    subject: `LocalStack without Docker needs ${subject}`,
    message: `${message}.`,
    remedy,
  });
