import { useState } from 'preact/hooks';
import type { Answer } from '../../../functions/core/api/operations.ts';
import { call } from '../lib/client.ts';
import { day } from '../lib/format.ts';
import { Dialog, Failure, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { Confirm } from './confirm.tsx';
import { capitals, type Draft, familiesOf, orderOf, SELECTORS } from './order.ts';
import { SymbolsFound } from './symbols-found.tsx';

type Sources = Answer<'listSources'>;

interface Props {
  /** what is filled in already, as the address has it */
  readonly given: URLSearchParams;
  close(): void;
  started(jobId: string): void;
}

const YEAR_MS = 365 * 86_400_000;

interface Offered {
  readonly sources: Sources;
  /** symbols that the warehouse has */
  readonly known: readonly string[];
}

export function StartDialog({ given, close, started }: Props) {
  const sources = usePoll(
    'sources',
    (signal) => call('listSources', { signal }),
    () => 300_000,
  );
  const symbols = usePoll(
    'symbols',
    async (signal) => (await call('listSeries', { signal })).map(({ symbol }) => symbol),
    () => 300_000,
  );
  return (
    <Dialog title="Start a job" close={close}>
      <Waiting polled={sources} what="the sources">
        {(data) => (
          <Steps sources={data} known={symbols.data ?? []} given={given} close={close} started={started} />
        )}
      </Waiting>
    </Dialog>
  );
}

function Steps({ sources, known, given, close, started }: Props & Offered) {
  const [draft, setDraft] = useState<Draft>(() => {
    return {
      source: given.get('source') ?? familiesOf(sources)[0]?.id ?? '',
      symbols: given.get('symbols') ?? '',
      timeframe: given.get('timeframe') ?? '',
      from: given.get('from') ?? day(Date.now() - YEAR_MS),
      to: given.get('to') ?? '',
    };
  });
  const [checked, setChecked] = useState(false);
  const [error, setError] = useState<Error>();
  if (checked) {
    return <Confirm order={orderOf(draft)} back={() => setChecked(false)} close={close} started={started} />;
  }
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const chosen = sources.filter(({ id, family }) => id === draft.source || family === draft.source);
  const symbols = [
    ...known,
    ...SELECTORS,
    ...chosen.flatMap((one) => [...one.default_symbols, ...one.opt_in_symbols]),
  ];
  const timeframes = [...new Set(chosen.flatMap((source) => source.timeframes))];
  const needed = chosen.flatMap(({ key_missing }) => (key_missing ? [key_missing] : []));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (draft.to && draft.from >= draft.to) setError(new Error('The first day must lie before the end.'));
        else setChecked(true);
      }}
    >
      <label>
        What
        <select
          value={draft.source}
          onChange={(event) => set({ source: event.currentTarget.value, symbols: '', timeframe: '' })}
        >
          {familiesOf(sources).map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        Symbols, with commas between them
        <input
          value={draft.symbols}
          placeholder={[...new Set(chosen.flatMap((source) => source.default_symbols))].join(', ')}
          autocomplete="off"
          onInput={(event) => set({ symbols: capitals(event.currentTarget.value, chosen) })}
        />
      </label>
      <SymbolsFound
        typed={draft.symbols}
        known={symbols}
        venues={[...new Set(chosen.flatMap(({ venues }) => venues))]}
        choose={(field) => set({ symbols: field })}
      />
      <label>
        Timeframe
        <select value={draft.timeframe} onChange={(event) => set({ timeframe: event.currentTarget.value })}>
          <option value="">{`usual (${chosen[0]?.default_timeframe ?? ''})`}</option>
          {timeframes.map((timeframe) => (
            <option key={timeframe}>{timeframe}</option>
          ))}
        </select>
      </label>
      <div class="pair">
        <label>
          From (UTC)
          <input
            type="date"
            required
            max={day(Date.now())}
            value={draft.from}
            onInput={(event) => set({ from: event.currentTarget.value })}
          />
        </label>
        <label>
          To (exclusive; empty: now)
          <input
            type="date"
            max={day(Date.now())}
            value={draft.to}
            onInput={(event) => set({ to: event.currentTarget.value })}
          />
        </label>
      </div>
      {needed.length > 0 && (
        <p class="notice bad">{`It needs a key: set ${needed.join(', ')} and start the host again.`}</p>
      )}
      {error && <Failure error={error} />}
      <p class="actions">
        <button type="submit" class="primary">
          Continue
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </form>
  );
}
