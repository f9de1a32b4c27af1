import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * An empty folder that another user may pass through: a server that root starts runs as one, and would else put its data under
 * /var/tmp, where nobody removes them.
 */
export function newFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `gordon-${name}-`));
  chmodSync(folder, 0o711);
  return folder;
}

/** Works in a folder of its own that is gone afterwards, whatever happened. */
export async function inFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = newFolder(name);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fails when the program is told to end, so that what stands in a `finally` is done. */
export async function unlessInterrupted<T>(work: Promise<T>): Promise<T> {
  const told = Promise.withResolvers<never>();
  const tell = (signal: NodeJS.Signals): void => told.reject(new Error(`ended by ${signal}`));
  process.once('SIGINT', tell).once('SIGTERM', tell);
  try {
    return await Promise.race([work, told.promise]);
  } finally {
    process.off('SIGINT', tell).off('SIGTERM', tell);
  }
}
