import { slices } from '../lib/slices.ts';
import { type Kind, type Row, rectsOf, type Span } from './grid.ts';
import { ticksOf } from './view.ts';

export const ROW = 20;
/** Between two rows; px. */
const GAP = 3;
/** Browsers refuse larger canvases; px of the device. */
const TALLEST = 16_000;

export type Colours = Readonly<Record<Kind | 'text' | 'line', string>>;

/** The page's colours, as its style sheet has them for light and dark. */
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    have: of('have'),
    empty: of('empty'),
    flight: of('flight'),
    missing: of('missing'),
    failed: of('failed'),
    text: of('dim'),
    line: of('line'),
  };
}

/** Sizes a canvas for the screen's pixels. */
function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = Math.min(devicePixelRatio || 1, TALLEST / Math.max(1, height));
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  context?.scale(ratio, ratio);
  return context;
}

/**
 * Paints row after row; between them the browser has its turn.
 * @param signal ends it when another picture is wanted
 */
export async function paintRows(
  canvas: HTMLCanvasElement,
  rows: readonly Row[],
  view: Span,
  width: number,
  colours: Colours,
  signal: AbortSignal,
): Promise<void> {
  const context = prepare(canvas, width, rows.length * ROW);
  if (!context) return;
  context.fillStyle = colours.line;
  for (const { at } of ticksOf(view, width)) context.fillRect(xOf(at, view, width), 0, 1, rows.length * ROW);
  const due = slices();
  for (const [i, row] of rows.entries()) {
    paintRow(context, row, i * ROW, view, width, colours);
    await due();
    if (signal.aborted) return;
  }
}

function paintRow(
  context: CanvasRenderingContext2D,
  row: Row,
  top: number,
  view: Span,
  width: number,
  colours: Colours,
): void {
  for (const { kind, x, width: w, part } of rectsOf(row, view, width)) {
    const height = (ROW - GAP) * part;
    context.fillStyle = colours[kind];
    // On whole pixels: edges that share one would both be pale.
    const left = Math.floor(x);
    context.fillRect(left, top + ROW - GAP - height, Math.max(1, Math.ceil(x + w) - left), height);
  }
}

export const AXIS = 22;

export function paintAxis(canvas: HTMLCanvasElement, view: Span, width: number, colours: Colours): void {
  const context = prepare(canvas, width, AXIS);
  if (!context) return;
  context.font = '12px system-ui, sans-serif';
  context.fillStyle = colours.text;
  for (const { at, label } of ticksOf(view, width)) {
    const x = xOf(at, view, width);
    context.fillRect(x, AXIS - 5, 1, 5);
    if (x + context.measureText(label).width < width) context.fillText(label, x + 3, AXIS - 8);
  }
}

const xOf = (at: number, view: Span, width: number): number =>
  ((at - view.from) / (view.to - view.from)) * width;
