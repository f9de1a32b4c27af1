import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { describeError, GordonError } from '../functions/core/errors/errors.ts';
import { GORDON_DIR } from '../host/state-file.ts';

/** 1: it failed. 2: the input cannot work. */
export type FailureCode = 1 | 2;

/** A failure that the command line foresees. The message is one line and says what to do next. */
export class CliError extends Error {
  readonly exitCode: FailureCode;
  constructor(message: string, exitCode: FailureCode = 1, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

export const badInput = (message: string): CliError => new CliError(message, 2);

/** The user stopped waiting; everything about it has been printed. */
export class Interrupted extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super('interrupted');
    this.exitCode = exitCode;
  }
}

export interface Ending {
  readonly exitCode: number;
  /** for stderr */
  readonly message?: string;
}

export function endingOf(error: unknown): Ending {
  if (error instanceof Interrupted) return { exitCode: error.exitCode };
  // Commander has printed it; its own code for a usage error is 1, which here means that a job failed.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2 };
  if (error instanceof CliError) return { exitCode: error.exitCode, message: oneLine(error.message) };
  if (error instanceof GordonError) {
    return { exitCode: error.name === 'BadRequest' ? 2 : 1, message: oneLine(describeError(error)) };
  }
  const unusable = unusablePlace(error);
  if (unusable) return { exitCode: 1, message: unusable };
  // A fault of the program: its stack is what a report of it needs.
  return { exitCode: 1, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** What the system says of a place that the user can change. */
const PLACES: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is no folder',
  ENOSPC: 'the disk is full',
};

function unusablePlace(error: unknown): string | undefined {
  const { code = '', path, syscall } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  // With all folders above it, Node says so of a read-only file system.
  const unmade = code === 'ENOENT' && syscall === 'mkdir';
  const why = unmade ? 'its folder cannot be made' : PLACES[code];
  if (why === undefined || typeof path !== 'string') return undefined;
  const own = resolve(path).startsWith(resolve(GORDON_DIR));
  const remedy = own
    ? 'GORDON_DIR names another folder for data, log and state.'
    : 'Name another place, or give this user the right.';
  return `${path} cannot be used: ${why} (${code}${syscall ? `, ${syscall}` : ''}). ${remedy}`;
}

export const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');
