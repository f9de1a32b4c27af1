import type { Command } from 'commander';
import { baseUrl } from '../api/base-url.ts';
import { type Api, apiAt } from '../api/client.ts';
import { type Paint, paintFor, say, type Terminal } from '../terminal.ts';

/** What every command gets. */
export interface Context {
  readonly terminal: Terminal;
  /** The jobs API; found when a command asks for it, so that the others work without. @throws CliError */
  api(): Api;
  readonly paint: Paint;
}

export const contextFor = (terminal: Terminal): Context => ({
  terminal,
  api: () => apiAt(baseUrl(terminal.env)),
  paint: paintFor(terminal.out, terminal.env),
});

/** Prints a result. */
export const print = (context: Context, ...lines: readonly string[]): void => say(context.terminal.out, ...lines);

/** Prints a result for programs: one document. */
export const printJson = (context: Context, value: unknown): void => print(context, JSON.stringify(value, null, 2));

/** Wires a command; what it returns is the exit code. */
export type Run = (command: Command, work: (...args: never[]) => Promise<number>) => void;
