import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Folder of recorded venue answers; they are not part of the project. */
export const recordedDir = process.env.GORDON_RECORDED_DIR ?? join(ROOT, '../shared/recorded');

/** Why tests that need recordings are skipped; undefined: they can run. */
export const recordingsAbsent: string | undefined = existsSync(recordedDir)
  ? undefined
  : `no recorded venue answers in ${recordedDir}: point GORDON_RECORDED_DIR at them`;

/** A recording as text, such as `recorded('binance_usdm/fundingInfo.json')`; undefined where there is none. */
export function recorded(file: string): string | undefined {
  const path = join(recordedDir, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
