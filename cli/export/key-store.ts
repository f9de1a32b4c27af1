import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Signer } from '../../functions/core/exports/signed.ts';
import { newKey, publicKeyOf, signerOf } from '../../functions/runtime/exports/keys.ts';
import { keyFolder, USUAL_KEY } from '../../host/export-settings.ts';
import { badInput, CliError } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

const NAME = /^[\w-]{1,40}$/;
const ENDING = '.pem';

export interface NamedKey {
  readonly name: string;
  readonly file: string;
  readonly signer: Signer;
}

/** Makes a key that only its user can read. @throws CliError */
export function generateKey(env: Terminal['env'], name: string): NamedKey {
  const file = fileOf(env, name);
  try {
    mkdirSync(keyFolder(env), { recursive: true, mode: 0o700 });
    writeFileSync(file, newKey(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') {
      throw badInput(`there is a key "${name}": ${file}; name another, or move that file away`);
    }
    throw new CliError(`the key cannot be kept: ${(error as Error).message}`, 1, error);
  }
  return readKey(env, name);
}

/** @throws CliError */
export function readKey(env: Terminal['env'], name: string): NamedKey {
  const file = fileOf(env, name);
  const pem = textOf(file);
  if (pem === undefined) {
    throw badInput(`there is no key "${name}": make it with \`gordon-data keys generate ${name}\``);
  }
  // Another user may have read it, so it proves nothing.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new CliError(`${file} can be read by others: chmod 600 it, or make a new key`);
  }
  return { name, file, signer: decoded(file, () => signerOf(pem)) };
}

/** The usual key, where there is one. @throws CliError */
export const usualKey = (env: Terminal['env']): NamedKey | undefined =>
  textOf(fileOf(env, USUAL_KEY)) === undefined ? undefined : readKey(env, USUAL_KEY);

/** All keys, by name. @throws CliError */
export function listKeys(env: Terminal['env']): NamedKey[] {
  let files: string[];
  try {
    files = readdirSync(keyFolder(env));
  } catch {
    return [];
  }
  return files
    .filter((file) => file.endsWith(ENDING))
    .map((file) => readKey(env, file.slice(0, -ENDING.length)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A public key: the name of an own key, a file that holds one, or the key itself in base64. @throws CliError */
export function publicKeyNamed(env: Terminal['env'], word: string): string {
  if (NAME.test(word) && textOf(fileOf(env, word)) !== undefined) return readKey(env, word).signer.publicKey;
  const text = textOf(word) ?? word;
  return decoded(word, () => publicKeyOf(text));
}

function fileOf(env: Terminal['env'], name: string): string {
  if (NAME.test(name)) return join(keyFolder(env), `${name}${ENDING}`);
  throw badInput(`"${name}" is not a name of a key: use letters, digits, _ and -`);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT' || code === 'ENAMETOOLONG' || code === 'ENOTDIR' || code === 'EISDIR')
      return undefined;
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`, 1, error);
  }
}

function decoded<T>(word: string, work: () => T): T {
  try {
    return work();
  } catch {
    throw badInput(
      `${word} is no Ed25519 key: name an own key, or a public one as \`gordon-data keys show\` prints it`,
    );
  }
}
