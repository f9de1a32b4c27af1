import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Bucket } from '../../../functions/core/queries/bucket-runs.ts';
import { useWidth } from '../lib/width.ts';
import { type Cell, cellAt, moved, nextHole, runNear, type Span } from './grid.ts';
import { Labels } from './labels.tsx';
import type { Grouping, Line } from './overview.ts';
import { AXIS, coloursOf, paintAxis, paintRows, ROW } from './paint.ts';
import { describe } from './words.ts';

interface Props {
  readonly rows: readonly Line[];
  readonly group: Grouping;
  /** epoch ms */
  readonly now: number;
  readonly view: Span;
  readonly bucket: Bucket;
  /** what is drawn is coarser than the buckets, until their answer is there */
  readonly coarse: boolean;
  readonly cell: Cell | undefined;
  /** the cursor went somewhere */
  move(cell: Cell): void;
  /** a cell was chosen: by a click, a tap or Enter */
  choose(cell: Cell): void;
  zoom(factor: number, at?: number): void;
  pan(share: number): void;
  /** folds or unfolds a group */
  fold(group: string): void;
}

/** px around a thin bucket that still count as the bucket */
const FINGER = 4;

export function Heatmap(props: Props) {
  const { rows, group, now, view, bucket, coarse, cell, choose, zoom, fold } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const axis = useRef<HTMLCanvasElement>(null);
  const plot = useRef<HTMLDivElement>(null);
  const width = useWidth(plot);
  const theme = useTheme();
  const [hover, setHover] = useState<{ readonly cell: Cell; readonly x: number; readonly y: number }>();

  const painted = useSameRuns(rows);
  const [painting, setPainting] = useState(false);

  useLayoutEffect(() => {
    if (!canvas.current || !axis.current || width === 0) return;
    const colours = coloursOf(canvas.current);
    const stop = new AbortController();
    paintAxis(axis.current, view, width, colours);
    setPainting(true);
    void paintRows(canvas.current, painted, view, width, colours, stop.signal).then(() => {
      if (!stop.signal.aborted) setPainting(false);
    });
    return () => stop.abort();
  }, [painted, view.from, view.to, width, theme]);

  const cellUnder = (event: MouseEvent): { cell: Cell; x: number; y: number } | undefined => {
    const box = canvas.current!.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const row = Math.floor(y / ROW);
    const msPerPx = (view.to - view.from) / width;
    const at = view.from + x * msPerPx;
    if (!rows[row] || rows[row].head || at < view.from || at >= view.to) return undefined;
    const near = runNear(rows[row], at, FINGER * msPerPx);
    const inside = near ? Math.min(Math.max(at, near.start), near.end - 1) : at;
    return { cell: cellAt(row, bucket, inside), x, y };
  };
  const keys = useKeys(props);
  const shown = hover && rows[hover.cell.row];
  return (
    <div class="heatmap">
      <Labels lines={rows} group={group} now={now} fold={fold} />
      <div
        class="plot"
        ref={plot}
        role="application"
        aria-busy={coarse || painting}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is operated, by the keys that its label names
        tabIndex={0}
        aria-roledescription="coverage map"
        aria-label="Coverage by series and time. Arrow keys move, Enter fills a hole, N goes to the next hole, plus and minus zoom."
        aria-describedby="cell-details"
        onKeyDown={keys}
        onWheel={(event) => {
          if (!event.ctrlKey && !event.metaKey) return;
          event.preventDefault();
          const under = cellUnder(event);
          zoom(event.deltaY > 0 ? 1.3 : 1 / 1.3, under?.cell.start);
        }}
        onMouseMove={(event) => setHover(cellUnder(event))}
        onMouseLeave={() => setHover(undefined)}
        onClick={(event) => {
          const under = cellUnder(event);
          if (under) choose(under.cell);
        }}
      >
        <canvas ref={axis} class="axis" style={{ width: `${width}px`, height: `${AXIS}px` }} />
        <canvas
          ref={canvas}
          class="cells"
          style={{ width: `${width}px`, height: `${rows.length * ROW}px` }}
        />
        {cell && <Cursor cell={cell} view={view} width={width} />}
        {hover && shown && (
          <div
            class="tip"
            style={{
              left: `${Math.min(hover.x + 12, Math.max(0, width - 240))}px`,
              top: `${hover.y + AXIS + 16}px`,
            }}
          >
            {describe(shown, hover.cell)}
          </div>
        )}
      </div>
    </div>
  );
}

/** The lines that were painted last, while newer ones differ only in what stands beside them. */
function useSameRuns(lines: readonly Line[]): readonly Line[] {
  const last = useRef(lines);
  const isSame =
    lines.length === last.current.length && lines.every(({ runs }, i) => runs === last.current[i]!.runs);
  if (!isSame) last.current = lines;
  return last.current;
}

function Cursor({ cell, view, width }: { readonly cell: Cell; readonly view: Span; readonly width: number }) {
  if (cell.end <= view.from || cell.start >= view.to) return null;
  const scale = width / (view.to - view.from);
  const left = Math.max(0, (cell.start - view.from) * scale);
  const right = Math.min(width, (cell.end - view.from) * scale);
  return (
    <div
      class="cursor"
      style={{
        left: `${left - 2}px`,
        width: `${Math.max(3, right - left) + 4}px`,
        top: `${AXIS + cell.row * ROW - 2}px`,
        height: `${ROW + 1}px`,
      }}
    />
  );
}

function useKeys({ rows, view, bucket, cell, move, choose, zoom, pan }: Props) {
  return (event: KeyboardEvent): void => {
    const at = cell ?? cellAt(nextLine(rows, -1, 1), bucket, view.to - 1);
    const go = (to: Cell | undefined): void => {
      if (to && rows[to.row] && !rows[to.row]!.head) move(to);
    };
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => (event.shiftKey ? pan(-0.5) : go(cell ? moved(at, bucket, -1) : at)),
      ArrowRight: () => (event.shiftKey ? pan(0.5) : go(cell ? moved(at, bucket, 1) : at)),
      ArrowUp: () => go({ ...at, row: nextLine(rows, at.row, -1) }),
      ArrowDown: () => go({ ...at, row: nextLine(rows, at.row, 1) }),
      Enter: () => rows[at.row] && choose(at),
      n: () => go(nextHole(rows, cell ?? { row: 0, start: 0, end: 0 }, bucket)),
      '+': () => zoom(0.5, at.start),
      '=': () => zoom(0.5, at.start),
      '-': () => zoom(2, at.start),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };
}

/** The next series in a direction: heads of groups are passed over. */
function nextLine(lines: readonly Line[], from: number, by: 1 | -1): number {
  let row = from + by;
  while (lines[row]?.head) row += by;
  return row;
}

/** Changes when the colours do, so that the canvases are painted again. */
function useTheme(): boolean {
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => setDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return dark;
}
