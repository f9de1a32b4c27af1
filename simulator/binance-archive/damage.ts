import { HOUR } from '../../functions/core/time/time.ts';
import type { ObjectFault } from '../frame/faults/faults.ts';
import { hash32, seedOf } from '../numbers/noise.ts';
import { type ArchiveObject, computedIn } from './keys.ts';

/** One row in this many is struck by the faults that strike single rows. */
const EVERY = 97;

/** Applies content faults to a CSV text, header kept; which rows are struck depends on the object alone. */
export function damageCsv(csv: string, object: ArchiveObject, faults: readonly ObjectFault[]): string {
  const lines = csv.split('\n').filter((line) => line !== '');
  const header = /^[a-z]/.test(lines[0] ?? '') ? lines.splice(0, 1) : [];
  let rows = lines;
  for (const fault of faults) rows = damage(rows, object, fault);
  return `${[...header, ...rows].join('\n')}\n`;
}

function damage(rows: string[], object: ArchiveObject, fault: ObjectFault): string[] {
  const stream = seedOf(object.key);
  const struck = (row: number): boolean =>
    (hash32(stream, row) + row) % EVERY === 0 || row === rows.length >> 1;
  switch (fault.kind) {
    case 'unsorted':
      // Two stretches are swapped; each stays in order.
      return [...rows.slice(rows.length >> 1), ...rows.slice(0, rows.length >> 1)];
    case 'duplicate':
      return rows.flatMap((line, row) => (struck(row) ? [line, line] : [line]));
    case 'conflict':
      return rows.flatMap((line, row) => (struck(row) ? [line, otherValue(line, object)] : [line]));
    case 'disagree':
      if (object.unit !== 'month') return rows;
      return rows.map((line, row) => (struck(row) ? otherValue(line, object) : line));
    case 'drop-day': {
      if (object.unit !== 'month') return rows;
      const day = `${object.period.name}-${fault.day ?? '02'}`;
      return rows.filter((line) => dayOf(line, object) !== day);
    }
    case 'bad-cell':
      return rows.map((line, row) => {
        if (row !== rows.length >> 1) return line;
        return line
          .split(',')
          .with(fault.column - 1, fault.text)
          .join(',');
      });
    case 'lost-settlement': {
      if (object.dataset !== 'fundingRate') return rows;
      const due = Date.parse(fault.hour);
      return rows.filter((line) => Math.floor(Number.parseInt(line, 10) / HOUR) * HOUR !== due);
    }
    default:
      return rows;
  }
}

/** The row with another volume (klines), quantity (trades), close (what is computed), rate (funding) or open interest (metrics). */
function otherValue(line: string, object: ArchiveObject): string {
  const fields = line.split(',');
  const columns = { aggTrades: 2, klines: 5, fundingRate: 2, metrics: 2, other: 4 };
  const column = columns[computedIn(object.dataset) ? 'other' : (object.dataset as keyof typeof columns)];
  const was = fields[column] ?? '';
  const decimals = was.includes('.') ? was.length - was.indexOf('.') - 1 : 0;
  fields[column] = (Number(was) * 1.01 + 10 ** -Math.min(decimals, 8)).toFixed(decimals);
  return fields.join(',');
}

function dayOf(line: string, { dataset }: ArchiveObject): string {
  const first = line.split(',')[dataset === 'aggTrades' ? 5 : 0]!;
  if (first.includes('-')) return first.slice(0, 10);
  const at = Number(first);
  return new Date(at >= 1e15 ? at / 1000 : at).toISOString().slice(0, 10);
}

/** Flips bytes in the middle of the compressed data: the container still opens, the entry does not. */
export function corrupt(zip: Buffer): Buffer {
  const out = Buffer.from(zip);
  const middle = out.length >> 1;
  for (let at = middle; at < Math.min(middle + 16, out.length); at++) out[at] = (out[at] as number) ^ 0xff;
  return out;
}
