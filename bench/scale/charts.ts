import { writeFileSync } from 'node:fs';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

const FRAME = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'white',
  config: {
    font: 'sans-serif',
    view: { stroke: null },
    axis: { grid: true, gridColor: '#e5e5e5' },
    legend: { labelLimit: 400 },
  },
} as const;

type Values = readonly Readonly<Record<string, string | number>>[];

/** Writes a chart as SVG; Vega measures text without a screen. */
async function write(file: string, spec: Omit<TopLevelSpec, '$schema'>): Promise<void> {
  const view = new View(parse(compile({ ...FRAME, ...spec } as TopLevelSpec).spec), { renderer: 'none' });
  writeFileSync(file, `${await view.toSVG()}\n`);
  view.finalize();
}

export interface Axis {
  readonly field: string;
  readonly title: string;
  readonly log?: boolean;
}

const quantity = ({ field, title, log }: Axis) => ({
  field,
  title,
  type: 'quantitative' as const,
  ...(log && { scale: { type: 'log' as const } }),
});

export const lines = (
  file: string,
  title: string,
  values: Values,
  x: Axis,
  y: Axis,
  color: { readonly field: string; readonly title: string; readonly sort?: readonly string[] },
  points = true,
): Promise<void> =>
  write(file, {
    title,
    width: 560,
    height: 280,
    data: { values: [...values] },
    mark: { type: 'line', point: points },
    encoding: {
      x: quantity(x),
      y: quantity(y),
      color: { ...color, type: 'nominal', sort: color.sort ? [...color.sort] : 'ascending' },
    },
  } as never);

/** Parts of a whole, one bar for each run, runs of one kind side by side. */
export const shares = (
  file: string,
  title: string,
  values: Values,
  columns: { readonly field: string; readonly title: string; readonly sort: readonly string[] },
  bars: { readonly field: string; readonly title: string; readonly sort: readonly string[] },
  parts: { readonly title: string; readonly sort: readonly string[] },
): Promise<void> =>
  write(file, {
    title,
    data: { values: [...values] },
    width: 150,
    height: 240,
    mark: 'bar',
    encoding: {
      column: { ...columns, type: 'ordinal', sort: [...columns.sort] },
      x: { ...bars, type: 'ordinal', sort: [...bars.sort] },
      y: { field: 'share', title: 'share of the time', type: 'quantitative', axis: { format: '%' } },
      color: { field: 'part', title: parts.title, type: 'nominal', sort: [...parts.sort] },
      order: { field: 'order', type: 'quantitative' },
    },
  } as never);

/** One small plot for each resource, below each other, from the beginning of a run to its end. */
export const rows = (file: string, title: string, values: Values, sort: readonly string[]): Promise<void> =>
  write(file, {
    title,
    data: { values: [...values] },
    width: 560,
    height: 46,
    mark: { type: 'area', line: { strokeWidth: 1 }, opacity: 0.35 },
    encoding: {
      row: {
        field: 'resource',
        title: null,
        type: 'nominal',
        sort: [...sort],
        header: { labelAngle: 0, labelAlign: 'left', labelPadding: 60 },
      },
      x: { field: 'passed', title: 'of the run', type: 'quantitative', axis: { format: '%' } },
      y: {
        field: 'share',
        title: null,
        type: 'quantitative',
        stack: null,
        axis: { format: '%', tickCount: 3 },
      },
      color: { field: 'run', title: 'run', type: 'nominal' },
    },
    resolve: { scale: { y: 'independent' } },
  } as never);
