import { type IChartApi, PriceScaleMode } from 'lightweight-charts';
import { useEffect, useRef } from 'preact/hooks';
import { colours, draw, frame, type Picture } from './draw.ts';

interface Props extends Picture {
  /** of what is drawn: another key begins a new picture that fits the screen */
  readonly id: string;
  readonly log: boolean;
  readonly label: string;
  /** the instant under the crosshair, epoch ms; undefined: it left */
  hover(at: number | undefined): void;
  /** the chart was dragged near an end of its rows */
  near(side: 'earlier' | 'later'): void;
}

/** Bars before an end at which more are loaded. */
const NEAR = 20;

export function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<IChartApi | undefined>(undefined);
  const update = useRef<(picture: Picture) => void>(() => {});
  const begin = useRef(props.points[0]?.at);
  const latest = useRef(props);
  latest.current = props;
  const parts = `${props.id} ${props.shape} ${props.panes.map(({ name }) => name).join()} ${props.compare?.name} ${props.now?.name}`;

  useEffect(() => {
    const made = frame(box.current!);
    const paint = (): void => made.applyOptions(colours(box.current!));
    paint();
    update.current = draw(made, box.current!, latest.current);
    made.timeScale().fitContent();
    begin.current = latest.current.points[0]?.at;
    chart.current = made;
    made.subscribeCrosshairMove(({ time }) =>
      latest.current.hover(time ? (time as number) * 1_000 : undefined),
    );
    const dragged = (range: { from: number; to: number } | null): void => {
      if (!range) return;
      if (range.from < NEAR) latest.current.near('earlier');
      if (range.to > latest.current.points.length - NEAR) latest.current.near('later');
    };
    // Not for the picture that fits the screen: both its ends are near.
    const listening = requestAnimationFrame(() =>
      made.timeScale().subscribeVisibleLogicalRangeChange(dragged),
    );
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', paint);
    return () => {
      cancelAnimationFrame(listening);
      scheme.removeEventListener('change', paint);
      chart.current = undefined;
      made.remove();
    };
  }, [parts]);

  useEffect(() => {
    const scale = chart.current?.timeScale();
    const shown = scale?.getVisibleLogicalRange();
    update.current(latest.current);
    // Earlier rows move every bar's place: the time that is looked at stays. Newer ones come into sight by themselves.
    const moved = props.points.findIndex(({ at }) => at === begin.current);
    if (shown && moved > 0) scale?.setVisibleLogicalRange({ from: shown.from + moved, to: shown.to + moved });
    begin.current = props.points[0]?.at;
  }, [props.points, props.column, props.shades, props.findings, props.panes, props.compare, props.now]);

  useEffect(() => {
    const mode = props.log ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal;
    chart.current?.priceScale('right').applyOptions({ mode });
  }, [props.log, parts]);

  return <div ref={box} class="chart" role="img" aria-label={props.label} />;
}
