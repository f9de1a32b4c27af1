import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  LineSeries,
  LineStyle,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { Answer } from '../../../../functions/core/api/operations.ts';
import { type Point, type Shade, shadedSteps } from '../data.ts';
import type { Line } from '../panes.ts';

/** All that a chart shows. */
export interface Picture {
  readonly points: readonly Point[];
  readonly shape: 'candles' | 'line';
  /** of a line */
  readonly column: string;
  readonly shades: readonly Shade[];
  readonly findings: Answer<'findings'>;
  /** ms between two rows; 0 where rows come when they come */
  readonly step: number;
  /** series in panes of their own, below */
  readonly panes: readonly Line[];
  /** a series on the same pane, with a scale of its own on the left */
  readonly compare: Line | undefined;
  /** the same values as they are known now, where the points are those of an earlier day */
  readonly now: Line | undefined;
}

export const seconds = (at: number): UTCTimestamp => (at / 1_000) as UTCTimestamp;

const cssColour = (box: HTMLElement, name: string): string =>
  getComputedStyle(box).getPropertyValue(`--${name}`).trim();

export const frame = (box: HTMLElement): IChartApi =>
  createChart(box, {
    autoSize: true,
    // The library's own mark brings an inline style, which the page's policy refuses; the footer names it instead.
    layout: { attributionLogo: false, background: { color: 'transparent' } },
    timeScale: { timeVisible: true, secondsVisible: false },
    rightPriceScale: { borderVisible: false },
    leftPriceScale: { borderVisible: false },
  });

export function colours(box: HTMLElement) {
  const [textColor, line] = [cssColour(box, 'dim'), cssColour(box, 'line')];
  return {
    layout: { textColor, panes: { separatorColor: line } },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    timeScale: { borderColor: line },
  };
}

/** Draws the picture on an empty chart. @returns what draws newer data of the same series on it */
export function draw(chart: IChartApi, box: HTMLElement, first: Picture): (picture: Picture) => void {
  const updates = [
    shades(chart, box),
    first.shape === 'candles' ? candles(chart, box, first) : oneLine(chart, box),
  ];
  if (first.compare) updates.push(comparison(chart, box));
  if (first.now) updates.push(knownNow(chart, box));
  for (let i = 0; i < first.panes.length; i++) updates.push(pane(chart, box, i));
  const update = (picture: Picture): void => {
    for (const one of updates) one(picture);
  };
  update(first);
  for (const [i, one] of chart.panes().entries()) one.setStretchFactor(i === 0 ? 4 : 1);
  return update;
}

type Update = (picture: Picture) => void;

function candles(chart: IChartApi, box: HTMLElement, first: Picture): Update {
  const [up, down] = [cssColour(box, 'have'), cssColour(box, 'failed')];
  const series = chart.addSeries(CandlestickSeries, {
    upColor: up,
    wickUpColor: up,
    downColor: down,
    wickDownColor: down,
    borderVisible: false,
  });
  const marks = createSeriesMarkers(series, []);
  // Candles of an index or of a premium have no volume.
  const volumes =
    first.points.some(({ row }) => typeof row.volume === 'number') &&
    chart.addSeries(
      HistogramSeries,
      { priceFormat: { type: 'volume' }, priceLineVisible: false, lastValueVisible: false },
      1,
    );
  return (picture) => {
    const { points } = picture;
    const highs = points.map(({ row }) => Math.max(Math.abs(Number(row.high)), Math.abs(Number(row.low))));
    series.applyOptions({ priceFormat: formatFor(highs) });
    series.setData(points.map(({ at, row }) => ({ time: seconds(at), ...ohlc(row) })));
    if (volumes) {
      volumes.setData(
        points.map(({ at, row }) => ({
          time: seconds(at),
          value: Number(row.volume ?? 0),
          color: `${Number(row.close) >= Number(row.open) ? up : down}99`,
        })),
      );
    }
    marks.setMarkers(markers(picture, box));
  };
}

const ohlc = (row: Record<string, unknown>) => ({
  open: row.open as number,
  high: row.high as number,
  low: row.low as number,
  close: row.close as number,
});

function oneLine(chart: IChartApi, box: HTMLElement): Update {
  const series = chart.addSeries(LineSeries, { color: cssColour(box, 'have'), lineWidth: 2 });
  const marks = createSeriesMarkers(series, []);
  return (picture) => {
    const { points, column } = picture;
    series.applyOptions({
      pointMarkersVisible: points.length < 60,
      priceFormat: formatFor(points.map(({ row }) => Math.abs(Number(row[column] ?? 0)))),
    });
    series.setData(
      points.map(({ at, row }) => {
        const value = row[column];
        return typeof value === 'number' ? { time: seconds(at), value } : { time: seconds(at) };
      }),
    );
    marks.setMarkers(markers(picture, box));
  };
}

const dataOf = (line: Line | undefined) =>
  line?.points.map(({ at, value }) => ({ time: seconds(at), value })) ?? [];

function comparison(chart: IChartApi, box: HTMLElement): Update {
  const color = cssColour(box, 'missing');
  const series = chart.addSeries(LineSeries, { color, lineWidth: 2, priceScaleId: 'left' });
  series.priceScale().applyOptions({ visible: true });
  return ({ compare }) => {
    series.applyOptions({ title: compare?.name ?? '' });
    series.setData(dataOf(compare));
  };
}

function knownNow(chart: IChartApi, box: HTMLElement): Update {
  const series = chart.addSeries(LineSeries, {
    color: cssColour(box, 'flight'),
    lineWidth: 1,
    lineStyle: LineStyle.Dashed,
    title: 'known now',
  });
  return ({ now }) => series.setData(dataOf(now));
}

function pane(chart: IChartApi, box: HTMLElement, index: number): Update {
  const color = cssColour(box, 'flight');
  const series = chart.addSeries(LineSeries, { color, lineWidth: 2 }, chart.panes().length);
  return ({ panes }) => {
    const line = panes[index];
    series.applyOptions({
      title: line?.name ?? '',
      priceFormat: formatFor(line?.points.map(({ value }) => Math.abs(value)) ?? []),
    });
    series.setData(dataOf(line));
  };
}

/** A funding rate needs six places, a market value none. */
function formatFor(values: readonly number[]) {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  if (largest >= 1e5) return { type: 'volume' as const };
  const precision = largest >= 100 ? 2 : largest >= 1 ? 4 : 7;
  return { type: 'price' as const, precision, minMove: 10 ** -precision };
}

/** Bars of full height where the warehouse has no rows: the time axis would otherwise leave such times out. */
function shades(chart: IChartApi, box: HTMLElement): Update {
  const bars = chart.addSeries(HistogramSeries, {
    priceScaleId: 'shade',
    priceLineVisible: false,
    lastValueVisible: false,
  });
  bars.priceScale().applyOptions({ scaleMargins: { top: 0, bottom: 0 } });
  return ({ points, shades, step }) => {
    const [first, last] = [points[0], points.at(-1)];
    const steps = first && last && step > 0 ? shadedSteps(shades, step, first.at, last.at + step) : [];
    bars.setData(
      steps.map(({ at, kind }) => ({ time: seconds(at), value: 1, color: `${cssColour(box, kind)}66` })),
    );
  };
}

function markers({ findings, points }: Picture, box: HTMLElement): SeriesMarker<Time>[] {
  const times = new Set(points.map(({ at }) => at));
  const color = cssColour(box, 'missing');
  return findings
    .filter(({ time }) => time !== null && times.has(Date.parse(time)))
    .map(({ time, kind }) => ({
      time: seconds(Date.parse(time!)),
      position: 'aboveBar' as const,
      shape: 'arrowDown' as const,
      color,
      text: kind,
    }));
}
