import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../os/processes.ts';

/** Halves that this process is making. */
const ours = new Set<string>();

/**
 * Works with a folder beside `whole`, of another name that is hidden and says which process of which machine makes it. It is removed in
 * the end, where it still has that name. What killed backups left in the same place is removed before.
 */
export async function withHalf<T>(whole: string, work: (half: string) => Promise<T>): Promise<T> {
  const place = dirname(whole);
  await removeLeft(place);
  const name = `.${basename(whole)}${maker()}${process.pid}.${randomUUID().slice(0, 8)}.half`;
  const half = join(place, name);
  ours.add(half);
  try {
    return await work(half);
  } finally {
    await rm(half, { recursive: true, force: true });
    ours.delete(half);
  }
}

/** A process of another machine that shares the disk cannot be seen from here, so that what it makes is left alone. */
const maker = (): string => `.${hostname()}-`;

async function removeLeft(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const [, , pid] = /^\.(.+)-(\d+)\.[0-9a-f]{8}\.half$/.exec(name) ?? [];
    if (pid === undefined || !name.includes(`${maker()}${pid}.`)) continue;
    const path = join(place, name);
    const atWork = Number(pid) === process.pid ? ours.has(path) : isAlive(Number(pid));
    if (!atWork) await rm(path, { recursive: true, force: true });
  }
}
