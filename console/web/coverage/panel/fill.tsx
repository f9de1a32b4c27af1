import { Confirm } from '../../jobs/confirm.tsx';
import { count, iso } from '../../lib/format.ts';
import { Dialog } from '../../lib/parts.tsx';
import type { Row, Span } from '../grid.ts';

interface Props {
  readonly row: Row;
  readonly hole: Span;
  /** rows that are missing in it */
  readonly missing: number;
  close(): void;
  started(jobId: string): void;
}

/** Shows what filling a hole would take, and orders it. */
export function FillDialog({ row, hole, missing, close, started }: Props) {
  const { source, symbol, timeframe } = row;
  const order = { source, symbols: [symbol], timeframe, from: iso(hole.from), to: iso(hole.to) };
  return (
    <Dialog title="Fill this hole?" close={close}>
      <p>{`${count(missing)} rows are missing. A job fetches exactly those; what is there is not fetched again.`}</p>
      <Confirm order={order} close={close} started={started} />
    </Dialog>
  );
}
