import { call } from '../lib/client.ts';
import { Empty, StartJob, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import type { Place } from '../lib/router.ts';
import { CoverageMap } from './map.tsx';
import { BUSY_MS, IDLE_MS, isFlying } from './polling.ts';
import { prepare } from './prepared.ts';

/** All series by month: how far the map reaches, and the numbers of the table. */
export function CoveragePage({ place }: { readonly place: Place }) {
  const months = usePoll(
    'months',
    async (signal) => prepare(await call('coverage', { signal, query: { bucket: 'month' } })),
    (data) => (isFlying(data) ? BUSY_MS : IDLE_MS),
  );
  return (
    <Waiting polled={months} what="the coverage">
      {(data) =>
        data.length === 0 ? (
          <Empty title="The warehouse is empty">
            <p>Nothing was requested yet. Start a job, and its series appear here.</p>
            <p>
              <StartJob />
            </p>
          </Empty>
        ) : (
          <CoverageMap place={place} months={data} refresh={months.refresh} />
        )
      }
    </Waiting>
  );
}
