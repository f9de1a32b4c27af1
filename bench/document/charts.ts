import { writeFileSync } from 'node:fs';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

export interface Axis {
  readonly field: string;
  readonly title: string;
  readonly log?: boolean;
}

type Values = readonly Readonly<Record<string, string | number>>[];

const quantity = ({ field, title, log }: Axis) => ({
  field,
  title,
  type: 'quantitative' as const,
  ...(log && { scale: { type: 'log' as const } }),
});

/** Writes a line chart as SVG, one line for each value of `color.field`. Vega measures text without a screen. */
export async function lineChart(
  file: string,
  title: string,
  values: Values,
  x: Axis,
  y: Axis,
  color: { readonly field: string; readonly title: string; readonly sort?: readonly string[] },
): Promise<void> {
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    config: {
      font: 'sans-serif',
      view: { stroke: null },
      axis: { grid: true, gridColor: '#e5e5e5' },
      legend: { labelLimit: 400 },
    },
    title,
    width: 560,
    height: 280,
    data: { values: [...values] },
    mark: { type: 'line', point: true },
    encoding: {
      x: quantity(x),
      y: quantity(y),
      color: { ...color, type: 'nominal', sort: color.sort ? [...color.sort] : 'ascending' },
    },
  };
  const view = new View(parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: 'none' });
  writeFileSync(file, `${await view.toSVG()}\n`);
  view.finalize();
}
