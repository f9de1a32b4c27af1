import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GORDON_DIR } from './state-file.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The folder of the operator's private keys. */
export const keyFolder = ({ GORDON_KEYS }: Variables): string => GORDON_KEYS ?? join(GORDON_DIR, 'keys');

/** The key that an export is signed with where none is named. */
export const USUAL_KEY = 'operator';

/** What the schedule "export" of this host reads: the tree that GORDON_EXPORT_TO names, and the operator's key where there is one. */
export function exportSettings(env: Variables): Record<string, string> {
  const { GORDON_EXPORT_TO: place, GORDON_EXPORT_KEY: given } = env;
  if (!place) return {};
  const key = given ?? textOf(join(keyFolder(env), `${USUAL_KEY}.pem`));
  return {
    GORDON_EXPORT_TO: place.startsWith('s3://') ? place : resolve(place),
    ...(key !== undefined && { GORDON_EXPORT_KEY: key }),
  };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}
