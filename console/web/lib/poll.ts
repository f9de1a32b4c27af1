import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Unreachable } from './client.ts';

export interface Polled<T> {
  /** the last answer; stays while newer ones fail */
  readonly data: T | undefined;
  readonly error: Error | undefined;
  /** epoch ms of `data` */
  readonly at: number | undefined;
  refresh(): void;
}

const LONGEST_WAIT_MS = 15_000;

/** Who watches whether the host answers: the banner of the whole page. */
type Listener = (reachable: boolean) => void;
const listeners = new Set<Listener>();
export const onReach = (listener: Listener): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
const notifyReach = (reachable: boolean): void => {
  for (const listener of listeners) listener(reachable);
};

/**
 * Polls while the page is visible.
 * @param key what is requested: when it changes, the previous answer is dropped
 * @param everyMs from the last answer
 */
export function usePoll<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  everyMs: (data: T | undefined) => number,
): Polled<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: Error; at?: number }>({ key });
  const latest = useRef({ ask, everyMs });
  latest.current = { ask, everyMs };
  const wake = useRef<() => void>(() => {});
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let asking = false;
    // Somebody knows of a change that the answer on its way may not have.
    let stale = false;
    const again = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(run, ms);
    };
    const run = async (): Promise<void> => {
      if (stop.signal.aborted || asking) return;
      if (document.hidden) return again(1_000);
      asking = true;
      stale = false;
      try {
        const data = await latest.current.ask(stop.signal);
        failures = 0;
        notifyReach(true);
        setState({ key, data, at: Date.now() });
        again(stale ? 0 : latest.current.everyMs(data));
      } catch (error) {
        if (stop.signal.aborted) return;
        failures++;
        notifyReach(!(error instanceof Unreachable));
        setState((before) => ({ ...(before.key === key ? before : { key }), error: error as Error }));
        again(Math.min(1_000 * 2 ** failures, LONGEST_WAIT_MS));
      } finally {
        asking = false;
      }
    };
    wake.current = () => {
      if (asking) stale = true;
      else again(0);
    };
    void run();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key]);
  const refresh = useCallback(() => wake.current(), []);
  const { data, error, at } = state.key === key ? state : {};
  return { data, error, at, refresh } as Polled<T>;
}
