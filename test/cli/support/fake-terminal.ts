import { Writable } from 'node:stream';
import type { Hint } from '../../../cli/hints.ts';
import type { Screen, StopSignal, Terminal } from '../../../cli/terminal.ts';

export interface FakeTerminal extends Terminal {
  /** all that was printed */
  stdout(): string;
  stderr(): string;
  /** Ctrl-C, while there is a listener. @returns whether there was one */
  stop(signal: StopSignal): boolean;
}

export interface FakeTerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** which streams are terminals; defaults to none */
  readonly tty?: { readonly out?: boolean; readonly err?: boolean };
  /** of both streams; defaults to 120 */
  readonly columns?: number;
  /** what the user answers; left out, there is no user at the terminal */
  readonly answer?: string;
  /** words texts that name commands; leaves them as they are where it is left out */
  readonly hint?: Hint;
  /** epoch ms */
  readonly now?: number;
  /** called before each sleep, with the time that has passed; ms */
  readonly onSleep?: (passed: number) => void;
}

export const NOON = Date.UTC(2025, 10, 21, 12);

/** A terminal whose clock moves only by sleeping. */
export function fakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  const began = options.now ?? NOON;
  let now = began;
  let listener: ((signal: StopSignal) => void) | undefined;
  const out = new Recorder(options.tty?.out ?? false, options.columns);
  const err = new Recorder(options.tty?.err ?? false, options.columns);
  return {
    out,
    err,
    env: { ...options.env },
    clock: () => now,
    hint: options.hint ?? ((text) => text),
    question:
      options.answer === undefined
        ? undefined
        : async (text) => {
            err.write(text);
            return options.answer!;
          },
    async sleep(ms, signal) {
      options.onSleep?.(now - began);
      signal.throwIfAborted();
      now += ms;
    },
    onStop(call) {
      listener = call;
      return {
        [Symbol.dispose]: () => {
          listener = undefined;
        },
      };
    },
    stdout: () => out.text,
    stderr: () => err.text,
    stop(signal) {
      const heard = listener !== undefined;
      listener?.(signal);
      return heard;
    },
  };
}

class Recorder extends Writable implements Screen {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(isTTY: boolean, columns = 120) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}
