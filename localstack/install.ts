import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createWriteStream,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { run } from './run.ts';
import { findTools, type Tools } from './tools.ts';

export const VERSION = '4.14.0';

/** Downloads packages over several connections at once: 10 seconds instead of 80. */
const UV = 'uv==0.13.8';

export interface Installation {
  readonly python: string;
  /** laid out as `/usr/lib/localstack` is in LocalStack's own image */
  readonly libraries: string;
}

const SOURCES = import.meta.dirname;

/**
 * LocalStack with everything that it would otherwise download at run time, in one folder. An installation that was made from
 * the same sources is reused.
 * @throws GordonError `tool-missing`, `program-failed`
 */
export async function install(folder: string, say: (line: string) => void): Promise<Installation> {
  const installation = { python: join(folder, 'venv/bin/python'), libraries: join(folder, 'libraries') };
  const stamp = join(folder, 'installed');
  const print = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return installation;
  const tools = findTools();
  say(`Installing LocalStack ${VERSION} from PyPI and Maven Central into ${folder} (once) ...`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await Promise.all([
    pythonPackages(folder, tools.python, [
      '--constraints',
      join(SOURCES, 'constraints.txt'),
      `localstack-core[runtime]==${VERSION}`,
      join(SOURCES, 'runtime'),
    ]),
    libraries(installation.libraries, tools),
  ]);
  // Written last: an installation that was interrupted has none and is made again.
  writeFileSync(stamp, print);
  return installation;
}

/** Of everything that an installation is made from. */
function fingerprint(): string {
  const hash = createHash('sha256').update(`${VERSION} ${UV}`);
  const files = globSync(['constraints.txt', 'pom.xml', 'runtime/**/*.{py,mjs,toml}'], { cwd: SOURCES });
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(SOURCES, file)));
  return hash.digest('hex');
}

/**
 * A virtual environment in `folder`/venv, with the packages that uv gets as arguments. @returns its interpreter
 * @param folder is there and has no `venv` and no `tmp` yet
 * @throws GordonError `program-failed`
 */
export async function pythonPackages(
  folder: string,
  python: string,
  what: readonly string[],
): Promise<string> {
  const venv = join(folder, 'venv');
  const inside = join(venv, 'bin/python');
  const tmp = join(folder, 'tmp');
  mkdirSync(tmp);
  const { PIP_INDEX_URL, PIP_CERT } = process.env;
  const env = {
    ...process.env,
    TMPDIR: tmp,
    UV_CACHE_DIR: join(tmp, 'uv'),
    // uv uses the mirror that pip would use.
    ...(PIP_INDEX_URL && { UV_DEFAULT_INDEX: PIP_INDEX_URL }),
    ...(PIP_CERT && { SSL_CERT_FILE: PIP_CERT }),
  };
  await run(python, ['-m', 'venv', venv], { env });
  await run(inside, ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', UV], { env });
  await run(inside, ['-m', 'uv', 'pip', 'install', '--quiet', '--python', inside, ...what], { env });
  rmSync(tmp, { recursive: true });
  return inside;
}

async function libraries(folder: string, { maven, javaHome }: Tools): Promise<void> {
  const dynamodb = join(folder, 'dynamodb-local/2');
  const jars = join(dynamodb, 'DynamoDBLocal_lib');
  const repository = join(folder, 'm2');
  await run(maven, [
    '-q',
    '-B',
    '-f',
    join(SOURCES, 'pom.xml'),
    `-Dmaven.repo.local=${repository}`,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    // DynamoDB loads SQLite's library by a name that has no version.
    '-Dmdep.stripVersion=true',
    `-DoutputDirectory=${jars}`,
  ]);
  rmSync(repository, { recursive: true });
  // LocalStack insists on an agent that lifts a limit of indexes; any agent will do, for the job table has one index.
  copyFileSync(join(jars, 'byte-buddy-agent.jar'), join(dynamodb, 'ddb-local-loader-0.1.jar'));
  await runnableJar(dynamodb, 'DynamoDBLocal_lib');
  const java = join(folder, 'java/21');
  mkdirSync(dirname(java), { recursive: true });
  symlinkSync(javaHome, java);
}

/** A jar that contains only the path of the others: LocalStack starts `DynamoDBLocal.jar`. */
async function runnableJar(folder: string, jars: string): Promise<void> {
  const names = readdirSync(join(folder, jars)).filter((name) => name.endsWith('.jar'));
  const lines = [
    'Manifest-Version: 1.0',
    'Main-Class: software.amazon.dynamodb.services.local.main.ServerRunner',
    `Class-Path: ${names.map((name) => `${jars}/${name}`).join(' ')}`,
  ];
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(`${lines.map(folded).join('\r\n')}\r\n\r\n`), 'META-INF/MANIFEST.MF');
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(join(folder, 'DynamoDBLocal.jar')));
}

/** A manifest's lines have 72 bytes at most; what goes on begins with a space. */
const folded = (line: string): string => line.replace(/.{70}(?=.)/g, '$&\r\n ');
