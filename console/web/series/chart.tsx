import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  LineSeries,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useRef } from 'preact/hooks';
import type { Answer } from '../../../functions/core/api/operations.ts';
import type { Point, Shade } from './data.ts';
import { shadedSteps } from './data.ts';

interface Props {
  readonly points: readonly Point[];
  readonly shape: 'candles' | 'line';
  /** of a line */
  readonly column: string;
  readonly shades: readonly Shade[];
  readonly findings: Answer<'findings'>;
  /** ms between two rows; 0 where rows come when they come */
  readonly step: number;
  readonly label: string;
}

const seconds = (at: number): UTCTimestamp => (at / 1_000) as UTCTimestamp;

export function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const chart = frame(box.current!);
    const draw = (): void => {
      chart.applyOptions(colours(box.current!));
    };
    draw();
    fill(chart, box.current!, props);
    chart.timeScale().fitContent();
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
      chart.remove();
    };
  }, [props.points, props.shape, props.column, props.shades, props.findings]);
  return <div ref={box} class="chart" role="img" aria-label={props.label} />;
}

const frame = (box: HTMLElement): IChartApi =>
  createChart(box, {
    autoSize: true,
    // The library's own mark brings an inline style, which the page's policy refuses; the footer names it instead.
    layout: { attributionLogo: false, background: { color: 'transparent' } },
    timeScale: { timeVisible: true, secondsVisible: false },
    rightPriceScale: { borderVisible: false },
  });

const cssColour = (box: HTMLElement, name: string): string =>
  getComputedStyle(box).getPropertyValue(`--${name}`).trim();

function colours(box: HTMLElement) {
  const [textColor, line] = [cssColour(box, 'dim'), cssColour(box, 'line')];
  return {
    layout: { textColor },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    timeScale: { borderColor: line },
  };
}

function fill(chart: IChartApi, box: HTMLElement, props: Props): void {
  const { points, shape, column } = props;
  shade(chart, box, props);
  const [up, down] = [cssColour(box, 'have'), cssColour(box, 'failed')];
  if (shape === 'candles') {
    const volumes = chart.addSeries(HistogramSeries, {
      priceScaleId: 'volume',
      color: cssColour(box, 'empty'),
      priceLineVisible: false,
      lastValueVisible: false,
    });
    volumes.priceScale().applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } });
    volumes.setData(points.map(({ at, row }) => ({ time: seconds(at), value: Number(row.volume ?? 0) })));
    const candles = chart.addSeries(CandlestickSeries, {
      upColor: up,
      wickUpColor: up,
      downColor: down,
      wickDownColor: down,
      borderVisible: false,
    });
    candles.setData(points.map(({ at, row }) => ({ time: seconds(at), ...ohlc(row) })));
    createSeriesMarkers(candles, markers(props, box));
    return;
  }
  const line = chart.addSeries(LineSeries, {
    color: up,
    lineWidth: 2,
    pointMarkersVisible: points.length < 60,
  });
  line.applyOptions({ priceFormat: formatFor(points.map(({ row }) => Math.abs(Number(row[column] ?? 0)))) });
  line.setData(
    points.map(({ at, row }) => {
      const value = row[column];
      return typeof value === 'number' ? { time: seconds(at), value } : { time: seconds(at) };
    }),
  );
  createSeriesMarkers(line, markers(props, box));
}

const ohlc = (row: Record<string, unknown>) => ({
  open: row.open as number,
  high: row.high as number,
  low: row.low as number,
  close: row.close as number,
});

/** A funding rate needs six places, a market value none. */
function formatFor(values: readonly number[]) {
  const largest = Math.max(0, ...values);
  if (largest >= 1e5) return { type: 'volume' as const };
  const precision = largest >= 100 ? 2 : largest >= 1 ? 4 : 7;
  return { type: 'price' as const, precision, minMove: 10 ** -precision };
}

/** Bars of full height where the warehouse has no rows: the time axis would otherwise leave such times out. */
function shade(chart: IChartApi, box: HTMLElement, { points, shades, step }: Props): void {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || step === 0) return;
  const steps = shadedSteps(shades, step, first.at, last.at + step);
  if (steps.length === 0) return;
  const bars = chart.addSeries(HistogramSeries, {
    priceScaleId: 'shade',
    priceLineVisible: false,
    lastValueVisible: false,
  });
  bars.priceScale().applyOptions({ scaleMargins: { top: 0, bottom: 0 } });
  bars.setData(
    steps.map(({ at, kind }) => ({ time: seconds(at), value: 1, color: `${cssColour(box, kind)}66` })),
  );
}

function markers({ findings, points }: Props, box: HTMLElement): SeriesMarker<Time>[] {
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
