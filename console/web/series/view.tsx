import { licencesOf } from '../../../functions/core/licences/licences.ts';
import { call } from '../lib/client.ts';
import { plural } from '../lib/format.ts';
import { Empty, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { type Place, replaceQuery } from '../lib/router.ts';
import { Charted } from './charted.tsx';
import { type Report, type Source, shapeOf } from './data.ts';
import { Newest } from './newest.tsx';
import { seriesPlaceFrom, seriesQueryOf } from './place.ts';
import { Strikes } from './strikes.tsx';

interface Props {
  readonly address: Place;
  readonly report: Report;
  readonly source: Source;
  readonly sources: readonly Source[];
  readonly all: readonly Report[];
}

export function SeriesView({ address, report, source, sources, all }: Props) {
  const shape = shapeOf(source);
  const place = seriesPlaceFrom(address.query);
  return (
    <>
      <p class="dim">{`${source.title}, ${plural(report.rows, 'row')}`}</p>
      {shape === 'strikes' ? (
        <Snapshot report={report} source={source} />
      ) : (
        <Charted
          report={report}
          source={source}
          sources={sources}
          all={all}
          shape={shape}
          place={place}
          set={(part) => replaceQuery(address, seriesQueryOf({ ...place, ...part }))}
        />
      )}
      <p class="dim">{attributionOf(source.id, report.symbol)}</p>
    </>
  );
}

/** What the publisher wants to be shown beside its values. */
const attributionOf = (source: string, symbol: string): string =>
  licencesOf(source, [symbol])
    .map(({ attribution }) => attribution)
    .join('. ');

/** A snapshot of all options has about a thousand rows. */
const SNAPSHOT_ROWS = 3_000;

function Snapshot({ report, source }: { readonly report: Report; readonly source: Source }) {
  const { symbol, timeframe } = report;
  const rows = usePoll(
    `snapshot ${source.id} ${symbol}`,
    (signal) =>
      call('rows', {
        signal,
        params: { table: source.table },
        query: { source: source.id, symbol, timeframe: timeframe as '1m', limit: SNAPSHOT_ROWS },
      }),
    () => 15_000,
  );
  return (
    <Waiting polled={rows} what="the rows">
      {(data) =>
        data.length === 0 ? (
          <Empty title="No rows here">
            <p>The warehouse has none of this series in this time.</p>
          </Empty>
        ) : (
          <>
            <Strikes rows={data} symbol={symbol} />
            <Newest rows={data} time={source.time_column} />
          </>
        )
      }
    </Waiting>
  );
}
