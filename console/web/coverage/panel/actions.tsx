import { useState } from 'preact/hooks';
import { call } from '../../lib/client.ts';
import { day, plural } from '../../lib/format.ts';
import { Dialog, Failure } from '../../lib/parts.tsx';
import { href } from '../../lib/router.ts';
import type { Line } from '../overview.ts';

interface Props {
  readonly row: Line;
  changed(): void;
}

const YEAR_MS = 365 * 86_400_000;

/** What can be done about a series: count it, load more of it, stop following it. */
export function Actions({ row, changed }: Props) {
  const { source, symbol, timeframe } = row;
  const [leaving, setLeaving] = useState(false);
  const audit = useAudit(row, changed);
  const first = row.runs[0]?.start ?? Date.now();
  const order = (from: number, to?: number): string =>
    href('jobs', ['new'], {
      source,
      symbols: symbol,
      timeframe,
      from: day(from),
      ...(to !== undefined && { to: day(to) }),
    });
  return (
    <>
      <h3>This series</h3>
      <p class="actions">
        <button type="button" disabled={audit.busy} onClick={() => void audit.run()}>
          {audit.busy ? 'Counting…' : 'Count its rows'}
        </button>
        <a class="button" href={order(first - YEAR_MS, first)}>
          Load earlier
        </a>
        {row.facts?.freshness === 'idle' ? (
          <a class="button" href={order(row.facts.latest ?? first)}>
            Follow
          </a>
        ) : (
          <button type="button" onClick={() => setLeaving(true)}>
            Unfollow
          </button>
        )}
      </p>
      {audit.result && (
        <p class={audit.result.lost > 0 ? 'notice bad' : 'notice'} role="status">
          {`${plural(audit.result.rows, 'row')} counted: `}
          {audit.result.lost > 0
            ? `${plural(audit.result.lost, 'row')} lost, and missing from now on.`
            : 'none is lost.'}
        </p>
      )}
      {audit.error && <Failure error={audit.error} retry={() => void audit.run()} />}
      {leaving && <UnfollowDialog row={row} close={() => setLeaving(false)} changed={changed} />}
    </>
  );
}

interface Audit {
  readonly busy: boolean;
  readonly result?: { readonly rows: number; readonly lost: number };
  readonly error?: Error;
}

/** Counts all rows of the series against the ledger, in as many calls as it takes. */
function useAudit({ source, symbol }: Line, changed: () => void): Audit & { run(): Promise<void> } {
  const [state, setState] = useState<Audit>({ busy: false });
  const run = async (): Promise<void> => {
    setState({ busy: true });
    try {
      let [rows, lost] = [0, 0];
      let next: Awaited<ReturnType<typeof call<'audit'>>>['next'] = null;
      do {
        const piece: Awaited<ReturnType<typeof call<'audit'>>> = await call('audit', {
          body: { source, symbol, ...(next && { next }) },
        });
        for (const one of piece.counted) {
          rows += one.rows;
          lost += one.lost;
        }
        next = piece.next;
      } while (next);
      setState({ busy: false, result: { rows, lost } });
      changed();
    } catch (error) {
      setState({ busy: false, error: error as Error });
    }
  };
  return { ...state, run };
}

function UnfollowDialog({ row, close, changed }: Props & { readonly close: () => void }) {
  const { source, symbol, timeframe } = row;
  const [state, setState] = useState<{ readonly busy: boolean; readonly error?: Error }>({ busy: false });
  const unfollow = async (): Promise<void> => {
    setState({ busy: true });
    try {
      await call('unfollow', { query: { source, symbols: symbol, timeframe: timeframe as '1m' } });
      changed();
      close();
    } catch (error) {
      setState({ busy: false, error: error as Error });
    }
  };
  return (
    <Dialog title="Stop following this series?" close={close}>
      <p>{`No schedule fetches newer rows of ${symbol} (${source}, ${timeframe}) any more. Its rows stay.`}</p>
      {state.error && <Failure error={state.error} />}
      <p class="actions">
        <button type="button" class="danger" disabled={state.busy} onClick={() => void unfollow()}>
          Unfollow
        </button>
        <button type="button" onClick={close}>
          Keep following
        </button>
      </p>
    </Dialog>
  );
}
