import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { Clock } from '../functions/core/time.ts';

export type Screen = Writable & { readonly isTTY?: boolean; readonly columns?: number };
export type StopSignal = 'SIGINT' | 'SIGTERM';

/** All that a command has to do with the process it runs in. */
export interface Terminal {
  /** results */
  readonly out: Screen;
  /** complaints, and whatever would spoil a result that a program reads */
  readonly err: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** @throws the signal's reason */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls the listener when the program is asked to stop; without a listener the process just ends. */
  onStop(listener: (signal: StopSignal) => void): void;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';
export type Paint = (style: Style, text: string) => string;

/** Colours where somebody looks at them: on a terminal, unless NO_COLOR is set. */
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
    sleep: (ms, signal) =>
      delay(ms, undefined, { signal }).catch((error: unknown) => {
        throw signal.aborted ? signal.reason : error;
      }),
    onStop(listener) {
      let stopping = 0;
      const on = (signal: StopSignal): void => {
        // `make` and the launcher pass on a Ctrl-C that the terminal also sends: the second of a pair is no impatience.
        if (stopping && Date.now() - stopping > 1_000) process.exit(exitCodeOf(signal));
        if (stopping) return;
        stopping = Date.now();
        listener(signal);
      };
      process.on('SIGINT', on).on('SIGTERM', on);
    },
  };
}

/** 128 + the signal's number, as a shell has it. */
export const exitCodeOf = (signal: StopSignal): number => (signal === 'SIGINT' ? 130 : 143);
