import { createInterface } from 'node:readline/promises';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { Clock } from '../functions/core/time/time.ts';
import { type Hint, hintsFor } from './hints.ts';

export type Screen = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};
export type StopSignal = 'SIGINT' | 'SIGTERM';

/** All that a command has to do with the process it runs in. */
export interface Terminal {
  /** results */
  readonly out: Screen;
  /** complaints, and whatever would spoil a result that a program reads */
  readonly err: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** words a text for its reader; for everything that names commands */
  readonly hint: Hint;
  /** Prompts the user and waits for a line; absent without a user. */
  readonly question?: ((text: string) => Promise<string>) | undefined;
  /** @throws the signal's reason */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls the listener, once, when the program receives a signal to stop. Without a listener the process just ends. */
  onStop(listener: (signal: StopSignal) => void): Disposable;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';
export type Paint = (style: Style, text: string) => string;

/** Colours on a terminal, unless NO_COLOR is set. */
export function paintFor(screen: Screen, env: Terminal['env']): Paint {
  const coloured = screen.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text);
}

export function say(screen: Screen, ...lines: readonly string[]): void {
  for (const line of lines) screen.write(`${line}\n`);
}

/** The real one. */
export function processTerminal(): Terminal {
  return {
    out: process.stdout,
    err: process.stderr,
    env: process.env,
    clock: Date.now,
    hint: hintsFor({
      // The launcher names itself where another Node runs the program.
      script: process.env.GORDON_LAUNCHER ?? process.argv[1],
      path: process.env.PATH ?? '',
      cwd: process.cwd(),
    }),
    question: process.stdin.isTTY === true && process.stderr.isTTY === true ? questionOnTerminal : undefined,
    sleep: (ms, signal) =>
      delay(ms, undefined, { signal }).catch((error: unknown) => {
        throw signal.aborted ? signal.reason : error;
      }),
    onStop: stopListeners(),
  };
}

/** On stderr, so that a result which goes elsewhere stays clean. A closed input is an empty line. */
async function questionOnTerminal(text: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    return await Promise.race([lines.question(text), closed]);
  } finally {
    lines.close();
  }
}

/** A Ctrl-C comes twice where `make` or the launcher passes on what the terminal also sends. */
const PAIR_MS = 1_000;

function stopListeners(): Terminal['onStop'] {
  let current: ((signal: StopSignal) => void) | undefined;
  let stoppedAt: number | undefined;
  const on = (signal: StopSignal): void => {
    const impatient = stoppedAt !== undefined && Date.now() - stoppedAt > PAIR_MS;
    if (impatient || (stoppedAt === undefined && !current)) process.exit(exitCodeOf(signal));
    if (stoppedAt !== undefined) return;
    stoppedAt = Date.now();
    current?.(signal);
  };
  let installed = false;
  return (listener) => {
    if (!installed) process.on('SIGINT', on).on('SIGTERM', on);
    installed = true;
    current = listener;
    return {
      [Symbol.dispose]: () => {
        current = undefined;
      },
    };
  };
}

/** 128 + the signal's number, as a shell has it. */
export const exitCodeOf = (signal: StopSignal): number => (signal === 'SIGINT' ? 130 : 143);
