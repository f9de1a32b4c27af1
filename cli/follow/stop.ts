import { Interrupted } from '../failure.ts';
import { exitCodeOf, type Terminal } from '../terminal.ts';

/** Aborts with an Interrupted when the program receives a signal to stop, for as long as it is in scope. */
export interface Stop extends Disposable {
  readonly signal: AbortSignal;
}

export function stopOn(terminal: Pick<Terminal, 'onStop'>): Stop {
  const controller = new AbortController();
  const listening = terminal.onStop((signal) => controller.abort(new Interrupted(exitCodeOf(signal))));
  return { signal: controller.signal, [Symbol.dispose]: () => listening[Symbol.dispose]() };
}
