import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * An empty folder that other users may pass through. PostgreSQL, started by root, runs as another user and would otherwise keep
 * its data under /var/tmp, where nobody removes them.
 */
export function newFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `gordon-${name}-`));
  chmodSync(folder, 0o711);
  return folder;
}

/** Runs the work in a folder of its own and removes the folder afterwards. */
export async function inFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = newFolder(name);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rejects at SIGINT and SIGTERM, so that the caller's `finally` blocks run. */
export async function unlessInterrupted<T>(work: Promise<T>): Promise<T> {
  const interrupted = Promise.withResolvers<never>();
  const stop = (signal: NodeJS.Signals): void => interrupted.reject(new Error(`ended by ${signal}`));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await Promise.race([work, interrupted.promise]);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
