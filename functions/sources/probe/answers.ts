import { type Judgement, judged, type ProbeAnswer } from '../../core/probe/check.ts';
import { type Parsed, UNREADABLE_CELL } from '../../core/series/source.ts';
import { iso, MINUTE, SECOND } from '../../core/time/time.ts';
import { malformed } from '../rest/malformed.ts';
import {
  cellType,
  detectUnit,
  list,
  readCell,
  readInstant,
  type Unit,
  type WireRow,
  wireRows,
} from './wire.ts';

/** How a venue writes the rows of one kind of answer. */
export interface Layout {
  /** where the rows lie in the JSON; empty: it is the list */
  readonly path: readonly string[];
  /** keys that each row has; of rows that are lists, how many cells */
  readonly fields: readonly string[] | number;
  /** keys that a row may have */
  readonly optional?: readonly string[];
  /** the field of the stamp */
  readonly stamp: string | number;
  readonly unit: Unit;
  readonly type: 'number' | 'text';
  /** absent: in no order */
  readonly order?: 'oldest' | 'newest';
}

/** An answer that has to be there, with its rows. @throws GordonError `malformed-rows` */
export function readRows(answer: ProbeAnswer | undefined, { path }: Layout): readonly WireRow[] {
  const rows = answer && wireRows(answer.body, path);
  if (!rows) throw malformed('', `the answer has no list${path.length > 0 ? ` "${path.join('.')}"` : ''}.`);
  if (rows.length === 0) throw malformed('', 'the answer has no rows.');
  return rows;
}

/**
 * Whether rows have the fields that are counted on, and the adapter reads them.
 * @param parse what the adapter makes of the answer; it may throw `malformed-rows`
 */
export function judgeShape(rows: readonly WireRow[], layout: Layout, parse: () => Parsed): Judgement {
  const lack = wrongFields(rows, layout);
  // Its absence is the cause of whatever the adapter says.
  if (lack !== undefined) return judged([lack], '');
  const parsed = parse();
  return judged(
    [
      parsed.batch.length === 0 && 'the adapter takes no row out of the answer',
      unreadable(parsed, rows.length),
    ],
    `${rows.length} rows ${wordsOf(rows, layout)}`,
  );
}

const keysOf = (rows: readonly WireRow[]): string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))];

function wrongFields(rows: readonly WireRow[], { fields }: Layout): string | undefined {
  if (typeof fields === 'number') {
    const lengths = new Set(rows.map((row) => (Array.isArray(row) ? row.length : 0)));
    lengths.delete(fields);
    return lengths.size > 0 ? `rows have ${list([...lengths])} cells, not ${fields}` : undefined;
  }
  const missing = fields.filter((field) => rows.every((row) => readCell(row, field) === undefined));
  return missing.length > 0
    ? `rows have no ${list(missing)}; they have ${list(keysOf(rows).toSorted())}`
    : undefined;
}

function wordsOf(rows: readonly WireRow[], { fields, optional = [] }: Layout): string {
  if (typeof fields === 'number') return `of ${fields} cells`;
  const other = keysOf(rows).filter((key) => !fields.includes(key) && !optional.includes(key));
  return `with ${list(fields)}${other.length > 0 ? `; also ${list(other)}` : ''}`;
}

/** A cell here and there is dirt; a field that reads nowhere is another format. */
function unreadable({ findings }: Parsed, rows: number): string | undefined {
  const bad = findings.filter(({ kind }) => kind === UNREADABLE_CELL);
  const worst = Map.groupBy(bad, ({ detail }) => String(detail.field));
  for (const [field, of] of worst) {
    const count = of.reduce((sum, { detail }) => sum + Number(detail.rows), 0);
    if (2 * count > rows) return `${field} cannot be parsed in ${count} of ${rows} rows`;
  }
  return undefined;
}

/** Whether stamps are written as they are counted on. */
export function judgeUnit(rows: readonly WireRow[], { stamp, unit, type }: Layout): Judgement {
  const cells = rows.map((row) => readCell(row, stamp));
  const wrong = cells.find((cell) => detectUnit(cell) !== unit || cellType(cell) !== type);
  const name = typeof stamp === 'number' ? `cell ${stamp + 1}` : stamp;
  return judged(
    [
      wrong !== undefined &&
        `${name} is ${detectUnit(wrong) ?? 'no stamp'} as ${cellType(wrong)} (${String(wrong).slice(0, 40)}), not ${unit} as ${type}`,
      cells.includes(undefined) && `rows have no ${name}`,
    ],
    `${name} is ${unit} as ${type}`,
  );
}

/** Whether rows come in the order that is counted on. */
export function judgeOrder(rows: readonly WireRow[], { stamp, order }: Layout): Judgement {
  const times = rows.map((row) => readInstant(readCell(row, stamp)));
  const rising = times.every((time, i) => i === 0 || time >= times[i - 1]!);
  const falling = times.every((time, i) => i === 0 || time <= times[i - 1]!);
  const seen = rising ? 'oldest first' : falling ? 'newest first' : 'in no order';
  return judged(
    [
      times.length < 2 && 'one row has no order',
      (order === 'oldest' ? rising : falling) ? undefined : `rows are ${seen}, not ${order} first`,
    ],
    `${rows.length} rows, ${order} first`,
  );
}

/** Which rows of a range come that holds more than a page, and how many. */
export function judgePage(
  rows: readonly WireRow[],
  { stamp }: Layout,
  page: { readonly start: number; readonly end: number; readonly rows: number; readonly side: string },
): Judgement {
  const times = rows.map((row) => readInstant(readCell(row, stamp)));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const side = first - page.start <= page.end - last ? 'oldest' : 'newest';
  return judged(
    [
      rows.length !== page.rows && `a full page has ${rows.length} rows, not ${page.rows}`,
      side !== page.side &&
        `a range of more than a page gives its ${side} rows (${iso(first)} to ${iso(last)}), not its ${page.side}`,
    ],
    `the ${side} ${rows.length} rows of the range`,
  );
}

/** Whether the row of the running step is in the answer, and left out by the adapter. @param step ms */
export function judgeOpen(
  rows: readonly WireRow[],
  { stamp }: Layout,
  parsed: Parsed,
  asOf: number,
  step: number,
): Judgement {
  const newest = Math.max(...rows.map((row) => readInstant(readCell(row, stamp))));
  const taken = parsed.batch.times.at(-1) ?? Number.NEGATIVE_INFINITY;
  return judged(
    [
      newest + step <= asOf && `the running candle is not in the answer: its newest one began ${iso(newest)}`,
      taken + step > asOf && `the adapter takes the candle of ${iso(taken)}, which is not over`,
    ],
    `the running candle is the ${order(rows, stamp)} row, and is left out`,
  );
}

const order = (rows: readonly WireRow[], stamp: Layout['stamp']): string =>
  readInstant(readCell(rows[0], stamp)) > readInstant(readCell(rows.at(-1), stamp)) ? 'first' : 'last';

/** Venues and this machine agree on the time, or what is final is judged wrongly. */
const SKEW = 30 * SECOND;
/** An answer may come out of a cache. */
const OWN_SKEW = MINUTE;

/** @param inBody the venue's own clock in the answer, where it has one; epoch ms */
export function judgeClock({ headers, asOf, at }: ProbeAnswer, inBody?: number): Judgement {
  const off = asOf - at;
  const own = inBody === undefined ? 0 : inBody - asOf;
  const seconds = (ms: number): string => `${(ms / SECOND).toFixed(1)} s`;
  const limits = Object.keys(headers).filter((name) => /limit|used-weight|retry-after/.test(name));
  return judged(
    [
      headers.date === undefined && 'the answer has no Date header',
      Math.abs(off) > SKEW &&
        `the venue's Date is ${seconds(off)} from this machine's clock: check that clock first`,
      (Number.isNaN(own) || Math.abs(own) > OWN_SKEW) &&
        `the time in the answer is ${seconds(own)} from its Date header`,
    ],
    `Date within ${SKEW / SECOND} s of this machine's clock; headers about limits: ${list(limits)}`,
  );
}

/** Whether the header by which a budget is read is there. @param name undefined: none is counted on */
export function judgeLimitHeader({ headers }: ProbeAnswer, name: string | undefined): Judgement {
  const alike = Object.keys(headers).filter((header) => /^x-.*(weight|limit|used|count)/.test(header));
  if (name === undefined) {
    const found = alike.map((header) => `${header}: ${headers[header]}`);
    return judged(
      [found.length > 0 && `the answer has ${list(found)}, which no budget reads`],
      'no header about a limit, as expected',
    );
  }
  const value = headers[name];
  return judged(
    [
      value === undefined && `the answer has no ${name}; headers like it: ${list(alike)}`,
      value !== undefined && !/^\d+$/.test(value) && `${name} is ${value}, which is not a count`,
    ],
    `${name}: ${value}`,
  );
}
