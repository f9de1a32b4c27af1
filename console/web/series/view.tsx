import { licencesOf } from '../../../functions/core/licences/licences.ts';
import { plural } from '../lib/format.ts';
import { type Place, replaceQuery } from '../lib/router.ts';
import { Charted } from './charted.tsx';
import { type Report, type Source, shapeOf } from './data.ts';
import { gexPlaceFrom, gexQueryOf, Snapshot } from './gex/snapshot.tsx';
import { seriesPlaceFrom, seriesQueryOf } from './place.ts';

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
  const gexPlace = gexPlaceFrom(address.query);
  return (
    <>
      <p class="dim">{`${source.title}, ${plural(report.rows, 'row')}`}</p>
      {shape === 'strikes' ? (
        <Snapshot
          report={report}
          source={source}
          place={gexPlace}
          set={(part) => replaceQuery(address, gexQueryOf({ ...gexPlace, ...part }))}
        />
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
