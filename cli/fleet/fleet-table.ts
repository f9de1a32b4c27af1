import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { badInput } from '../failure.ts';

/** Several warehouses, each a deployment of its own with one database, and which symbols each of them has. */
export interface Fleet {
  /** URL of the jobs API by name */
  readonly warehouses: Readonly<Record<string, string>>;
  /** name of the warehouse by symbol: all sources and timeframes of a symbol lie together */
  readonly symbols: Readonly<Record<string, string>>;
}

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'a name is lower-case letters, digits and hyphens');
const Shape = z.strictObject({
  warehouses: z
    .record(Name, z.url({ protocol: /^https?$/ }))
    .refine((all) => Object.keys(all).length > 0, 'there is no warehouse'),
  symbols: z.record(z.string(), z.string()).default({}),
});

/** @throws CliError when there is no such file, or it is not a table of a fleet */
export function readFleet(file: string): Fleet {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
    throw badInput(
      `${file} does not exist: write {"warehouses": {"a": "https://…", "b": "https://…"}} there`,
    );
  }
  const parsed = Shape.safeParse(jsonOf(text, file));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw badInput(`${file}: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`);
  }
  const lost = Object.entries(parsed.data.symbols).find(([, name]) => !(name in parsed.data.warehouses));
  if (lost) throw badInput(`${file}: ${lost[0]} is placed in "${lost[1]}", which is not a warehouse of it`);
  return parsed.data;
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badInput(`${file} is not a JSON document`);
  }
}

/** Written aside and renamed: a reader must never see half a table. */
export function writeFleet(file: string, fleet: Fleet): void {
  const symbols = Object.fromEntries(Object.entries(fleet.symbols).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...fleet, symbols }, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/**
 * The table with these symbols in it. One that has a place keeps it, unless a warehouse is named. The others are spread by rendezvous
 * hashing: each goes where the hash of symbol and name is highest, so a new warehouse changes nothing for symbols that have a place.
 * @throws CliError for a warehouse that the table has not
 */
export function place(fleet: Fleet, symbols: readonly string[], into?: string): Fleet {
  if (into !== undefined && !(into in fleet.warehouses))
    throw badInput(`"${into}" is not a warehouse of the table`);
  const names = Object.keys(fleet.warehouses);
  const placed = symbols.map((symbol) => [symbol, into ?? fleet.symbols[symbol] ?? highest(symbol, names)]);
  return { ...fleet, symbols: { ...fleet.symbols, ...Object.fromEntries(placed) } };
}

function highest(symbol: string, names: readonly string[]): string {
  const scored = names.map((name) => ({
    name,
    score: createHash('sha256').update(`${symbol} ${name}`).digest('hex'),
  }));
  return scored.reduce((best, one) => (one.score > best.score ? one : best)).name;
}

/** Symbols by warehouse. @throws CliError for one that has no place */
export function routed(fleet: Fleet, symbols: readonly string[]): Map<string, string[]> {
  const homeless = symbols.filter((symbol) => !Object.hasOwn(fleet.symbols, symbol));
  if (homeless.length > 0) {
    const list = homeless.join(',');
    throw badInput(`no warehouse has ${list}: gordon-data fleet place --symbols ${list}`);
  }
  return Map.groupBy(symbols, (symbol) => fleet.symbols[symbol]!);
}
