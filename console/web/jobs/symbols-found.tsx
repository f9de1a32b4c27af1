import { useState } from 'preact/hooks';
import type { BodyOf } from '../../../functions/core/api/call.ts';
import { call } from '../lib/client.ts';
import { count, plural } from '../lib/format.ts';
import { Failure } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { symbolsFound } from './order.ts';

interface Props {
  readonly typed: string;
  /** symbols that are known without a venue's list: those of the warehouse, defaults, selectors */
  readonly known: readonly string[];
  /** those that the order would request */
  readonly venues: readonly string[];
  choose(field: string): void;
}

/** Symbols that the last word may become, as their venues write them, with the days on which they were listed. */
export function SymbolsFound({ typed, known, venues, choose }: Props) {
  const universe = usePoll(
    'universe',
    (signal) => call('universe', { signal }),
    () => 600_000,
  );
  const listed = (universe.data?.symbols ?? []).filter(({ venue }) => venues.includes(venue));
  const found = symbolsFound(typed, known, listed);
  const isKept = universe.data?.markets.some(({ market }) => venues.includes(market.split(' ')[0]!));
  return (
    <>
      {found.length > 0 && (
        <ul class="found" aria-label="Symbols found">
          {found.map(({ field, symbol, note }) => (
            <li key={field}>
              <button type="button" onClick={() => choose(field)}>
                {symbol}
              </button>
              {note && <small>{note}</small>}
            </li>
          ))}
        </ul>
      )}
      {isKept && listed.length === 0 && <LoadLists loaded={universe.refresh} />}
    </>
  );
}

/** Looks up what the venues list, in as many requests as that takes. */
function LoadLists({ loaded }: { loaded(): void }) {
  const [state, setState] = useState<{
    readonly busy: boolean;
    readonly done: number;
    readonly error?: Error;
  }>({ busy: false, done: 0 });
  const load = async (): Promise<void> => {
    setState({ busy: true, done: 0 });
    try {
      let done = 0;
      for (let body: BodyOf<'refreshUniverse'> = {}; ; ) {
        const answer = await call('refreshUniverse', { body });
        done += answer.looked_up;
        setState({ busy: true, done });
        loaded();
        if (answer.next === null) break;
        body = answer.next;
      }
      setState({ busy: false, done });
    } catch (error) {
      setState((before) => ({ ...before, busy: false, error: error as Error }));
    }
  };
  return (
    <p class="dim">
      {`The lists of the venues have not been loaded yet${state.done > 0 ? `: ${count(state.done)} symbols so far` : ''}. `}
      <button type="button" disabled={state.busy} onClick={() => void load()}>
        {state.busy ? `Loading, ${plural(state.done, 'symbol')}…` : 'Load them'}
      </button>
      {state.error && <Failure error={state.error} />}
    </p>
  );
}
