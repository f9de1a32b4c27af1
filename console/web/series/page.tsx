import type { Answer } from '../../../functions/core/api/operations.ts';
import { closest } from '../../../functions/core/series/names/closest.ts';
import { call } from '../lib/client.ts';
import { Empty, StartJob, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { href, type Place } from '../lib/router.ts';
import { SeriesView } from './view.tsx';

type Report = Answer<'report'>;

const keyOf = (series: { source: string; symbol: string; timeframe: string }): string =>
  `${series.source} ${series.symbol} ${series.timeframe}`;

export function SeriesPage({ place }: { readonly place: Place }) {
  const known = usePoll(
    'report',
    async (signal) => {
      const [report, sources] = await Promise.all([
        call('report', { signal }),
        call('listSources', { signal }),
      ]);
      return { report, sources };
    },
    () => 20_000,
  );
  return (
    <Waiting polled={known} what="the series">
      {({ report, sources }) => {
        if (report.length === 0) {
          return (
            <Empty title="No series yet">
              <p>Start a job, and what it fetches can be seen here.</p>
              <p>
                <StartJob />
              </p>
            </Empty>
          );
        }
        const wanted = place.rest.join(' ');
        const chosen = report.find((one) => keyOf(one) === wanted) ?? (wanted ? undefined : report[0]!);
        if (!chosen) return <Unknown wanted={wanted} report={report} />;
        const source = sources.find(({ id }) => id === chosen.source);
        return (
          <>
            <div class="bar">
              <h1>Series</h1>
              <Choice report={report} chosen={keyOf(chosen)} />
            </div>
            {source && (
              <SeriesView
                key={keyOf(chosen)}
                address={place.rest.length > 0 ? place : { ...place, rest: keyOf(chosen).split(' ') }}
                report={chosen}
                source={source}
                sources={sources}
                all={report}
              />
            )}
          </>
        );
      }}
    </Waiting>
  );
}

/** An address that names no series: of another warehouse, or mistyped. */
function Unknown({ wanted, report }: { readonly wanted: string; readonly report: Report }) {
  const near = closest(wanted, report.map(keyOf));
  return (
    <Empty title="No such series">
      <p>{`The warehouse has never had ${wanted}.`}</p>
      {near.map((one) => (
        <p key={one}>
          <a href={href('series', one.split(' '))}>{one}</a>
        </p>
      ))}
      <p>
        <a class="button" href={href('series')}>
          All series
        </a>
      </p>
    </Empty>
  );
}

const Choice = ({ report, chosen }: { readonly report: Report; readonly chosen: string }) => (
  <label>
    <span class="sr">Series shown</span>
    <select
      value={chosen}
      onChange={(event) => {
        location.hash = href('series', event.currentTarget.value.split(' '));
      }}
    >
      {report.map((one) => (
        <option key={keyOf(one)} value={keyOf(one)}>
          {`${one.symbol} ${one.source} ${one.timeframe}`}
        </option>
      ))}
    </select>
  </label>
);
