import { useEffect, useRef, useState } from 'preact/hooks';
import { LICENCES } from '../../functions/core/licences/licences.ts';
import { addressOf } from '../../functions/routes.ts';
import { CoveragePage } from './coverage/page.tsx';
import { HealthPage } from './health/page.tsx';
import { JobsPage } from './jobs/page.tsx';
import { call } from './lib/client.ts';
import { onReach, usePoll } from './lib/poll.ts';
import { href, type Place, usePlace } from './lib/router.ts';
import { SeriesPage } from './series/page.tsx';

const PAGES = ['coverage', 'jobs', 'series', 'health'] as const;

export function App() {
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(place.page);
  useEffect(() => {
    document.title = `${titleOf(place.page)} · gordon-data`;
    // A new page is read from its beginning; the first one keeps the browser's own focus.
    if (shown.current !== place.page) main.current?.focus();
    shown.current = place.page;
  }, [place.page]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <header>
        <a class="brand" href={href('coverage')}>
          gordon-data
        </a>
        <nav aria-label="Pages">
          {PAGES.map((page) => (
            <a key={page} href={href(page)} aria-current={place.page === page ? 'page' : undefined}>
              {titleOf(page)}
            </a>
          ))}
        </nav>
      </header>
      <Banners />
      <main id="main" ref={main} tabIndex={-1}>
        <Shown place={place} />
      </main>
      <footer>
        <a href={addressOf('openapi').path}>API</a>
        <span>{LICENCES.fred.notice}</span>
        <span>
          Charts by <a href="https://www.tradingview.com/">TradingView</a> Lightweight Charts™
        </span>
      </footer>
    </>
  );
}

const titleOf = (page: string): string => page.charAt(0).toUpperCase() + page.slice(1);

function Shown({ place }: { readonly place: Place }) {
  switch (place.page) {
    case 'jobs':
      return <JobsPage place={place} />;
    case 'series':
      return <SeriesPage place={place} />;
    case 'health':
      return <HealthPage />;
    case 'coverage':
      return <CoveragePage place={place} />;
    default:
      return (
        <div class="empty">
          <h1>No such page</h1>
          <p>
            <a href={href('coverage')}>To the coverage</a>
          </p>
        </div>
      );
  }
}

function Banners() {
  const [reachable, setReachable] = useState(true);
  useEffect(() => onReach(setReachable), []);
  const health = usePoll(
    'health',
    (signal) => call('health', { signal }),
    () => 10_000,
  );
  const { clock, ...stores } = health.data?.checks ?? {};
  const bad = Object.entries(stores).filter(([, { ok }]) => !ok);
  return (
    <section aria-label="Notices">
      {health.data?.simulated && (
        <p class="banner simulated">Simulated data: made by the venue simulator, not by a market.</p>
      )}
      {!reachable && (
        <p class="banner lost" role="alert">
          The connection to gordon-data is lost; what is shown may be old. Trying again…
        </p>
      )}
      {reachable &&
        bad.map(([name, { detail }]) => (
          <p class="banner lost" role="alert" key={name}>
            {`The ${name.replace('_', ' ')} does not answer. ${detail ?? ''}`}
          </p>
        ))}
      {clock?.ok === false && (
        <p
          class="banner lost"
          role="alert"
        >{`No snapshots may be taken: ${clock.detail ?? 'the clock is wrong'}.`}</p>
      )}
    </section>
  );
}
