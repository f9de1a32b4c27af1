import type { Answer } from '../../../functions/core/api/operations.ts';
import { call } from '../lib/client.ts';
import { ago, duration, moment, rangeText } from '../lib/format.ts';
import { Waiting } from '../lib/parts.tsx';
import { type Polled, usePoll } from '../lib/poll.ts';
import { Budgets, Errors, Growth } from './history.tsx';
import { Sizes } from './sizes.tsx';
import { aggregateState, stateOf, verdictsOf, withRun } from './state.ts';

type Status = Answer<'status'>;
type Health = Answer<'health'>;
type History = Answer<'history'>;

export function HealthPage() {
  const polled = usePoll(
    'status',
    async (signal) => {
      const health = await call('health', { signal });
      // Where the database is away, only the first says why.
      if (health.status !== 'ok') return { health, status: undefined, jobs: [] };
      const [status, jobs] = await Promise.all([
        call('status', { signal }),
        call('listJobs', { signal, query: { status: 'failed', limit: 20 } }),
      ]);
      return { health, status, jobs };
    },
    () => 3_000,
  );
  const past = usePoll(
    'history',
    (signal) => call('history', { signal }),
    () => 15_000,
  );
  return (
    <>
      <div class="bar">
        <h1>Health</h1>
      </div>
      <Waiting polled={polled} what="the state of things">
        {({ health, status, jobs }) => (
          <>
            {verdictsOf(health, status, jobs, past.data).map(({ good, sentence }) => (
              <p class={good ? 'notice' : 'notice bad'} key={sentence} role="status">
                {sentence}
              </p>
            ))}
            <div class="cards">
              <Stores health={health} />
              {status && <Cards status={status} past={past} />}
            </div>
          </>
        )}
      </Waiting>
    </>
  );
}

const Cards = ({ status, past }: { readonly status: Status; readonly past: Polled<History> }) => (
  <>
    <Parks status={status} />
    <ExpiringGap status={status} />
    <Schedules status={status} />
    <Waiting polled={past} what="the last hours">
      {(history) => (
        <>
          <Errors history={history} />
          <Budgets history={history} />
          <Growth history={history} />
        </>
      )}
    </Waiting>
    <Aggregates status={status} />
    <Sizes />
  </>
);

const Stores = ({ health: { checks } }: { readonly health: Health }) => (
  <section class="card">
    <h2>Stores</h2>
    <ul class="lines">
      {Object.entries({ database: checks.database, job_table: checks.job_table }).map(
        ([name, { ok, detail }]) => (
          <li key={name}>
            <span class={ok ? 'badge succeeded' : 'badge failed'}>{ok ? 'answers' : 'does not answer'}</span>
            <span>{name.replace('_', ' ')}</span>
            {detail && <span class="bad-text">{detail}</span>}
          </li>
        ),
      )}
    </ul>
  </section>
);

const Parks = ({ status }: { readonly status: Status }) => (
  <section class="card">
    <h2>Parked venues</h2>
    {status.parks.length === 0 ? (
      <p class="dim">None: every venue may be called.</p>
    ) : (
      <ul class="lines">
        {status.parks.map(({ scope, until, why }) => (
          <li key={scope}>
            <span class="badge failed">{scope}</span>
            <span>{`until ${moment(until)}: ${why}`}</span>
          </li>
        ))}
      </ul>
    )}
  </section>
);

const ExpiringGap = ({ status }: { readonly status: Status }) => (
  <section class="card">
    <h2>About to be lost</h2>
    {status.perishable.length === 0 ? (
      <p class="dim">Nothing: no gap lies in a series whose source forgets.</p>
    ) : (
      <ul class="lines">
        {status.perishable.map((gap) => (
          <li key={`${gap.source} ${gap.symbol} ${gap.timeframe}`}>
            <span class={gap.days_left < 3 ? 'badge failed' : 'badge completed_with_gaps'}>
              {`${gap.days_left} days left`}
            </span>
            <span>{`${gap.source} ${gap.symbol}: ${rangeText(gap.from, gap.to)}`}</span>
          </li>
        ))}
      </ul>
    )}
  </section>
);

const Schedules = ({ status }: { readonly status: Status }) => {
  const now = Date.parse(status.now);
  return (
    <section class="card">
      <h2>Schedules</h2>
      <ul class="lines">
        {status.schedules
          .map((one) => withRun(one, status.aggregates))
          .map((schedule) => (
            <li key={schedule.name}>
              <ScheduleBadge state={stateOf(schedule, now)} />
              <span>
                <b>{schedule.name}</b>
                {`, every ${duration(schedule.every_minutes * 60)}: ${schedule.description}`}
                {schedule.last_run && (
                  <small title={schedule.last_run.detail}>
                    {`last ${ago(Date.parse(schedule.last_run.at), now)}, in ${duration(schedule.last_run.seconds)}`}
                  </small>
                )}
              </span>
            </li>
          ))}
      </ul>
    </section>
  );
};

const BADGES = { ran: 'succeeded', failed: 'failed', off: 'failed', none: 'queued' } as const;

const ScheduleBadge = ({ state }: { readonly state: keyof typeof BADGES }) => (
  <span class={`badge ${BADGES[state]}`}>{state === 'none' ? 'no run yet' : state}</span>
);

const Aggregates = ({ status }: { readonly status: Status }) => (
  <section class="card">
    <h2>Aggregates</h2>
    {status.aggregates.length === 0 ? (
      <p class="dim">This database has none.</p>
    ) : (
      <ul class="lines">
        {status.aggregates.map((aggregate) => (
          <li key={aggregate.name}>
            <span
              class={aggregateState(aggregate) === 'fresh' ? 'badge succeeded' : 'badge completed_with_gaps'}
            >
              {aggregateState(aggregate)}
            </span>
            <span>
              <b>{aggregate.name}</b>
              <small>
                {`refreshed ${moment(aggregate.last_refresh)}, complete up to ${moment(aggregate.watermark)}`}
              </small>
            </span>
          </li>
        ))}
      </ul>
    )}
  </section>
);
