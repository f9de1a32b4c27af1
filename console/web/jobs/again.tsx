import { useState } from 'preact/hooks';
import type { Answer } from '../../../functions/core/api/operations.ts';
import { Dialog } from '../lib/parts.tsx';
import { Confirm } from './confirm.tsx';
import type { Order } from './order.ts';
import { failedOrder, sameOrder } from './outcome.ts';

interface Props {
  readonly job: Answer<'getJob'>;
  started(id: string): void;
}

/** Orders the job once more, all of it or what it left missing; first with what that would take. */
export function Again({ job, started }: Props) {
  const [order, setOrder] = useState<Order>();
  const failed = failedOrder(job);
  return (
    <p class="actions">
      {failed && (
        <button type="button" class="primary" onClick={() => setOrder(failed)}>
          Retry what is missing
        </button>
      )}
      <button type="button" onClick={() => setOrder(sameOrder(job))}>
        Order again
      </button>
      {order && (
        <Dialog title="Order again?" close={() => setOrder(undefined)}>
          <Confirm
            order={order}
            close={() => setOrder(undefined)}
            started={(id) => {
              setOrder(undefined);
              started(id);
            }}
          />
        </Dialog>
      )}
    </p>
  );
}
