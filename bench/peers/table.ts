import { type Description, type Outcome, WANTED } from './peer.ts';

export interface Measured {
  readonly peer: Description;
  readonly version?: string | undefined;
  readonly outcomes: readonly Outcome[];
}

const HEAD = ['peer', 'rows/s', 'gordon-data = 1', 'to', 'leaves out'];

/** The peers in a table, as Markdown or as text in columns, and under it what it cannot hold. */
export function tableOf(gordon: Measured, others: readonly Measured[], markdown: boolean): string {
  const rows = [gordon, ...others].map((one) => [
    nameOf(one),
    whole(rateOf(one)) + shortOf(one),
    ratioOf(one, gordon).toFixed(2),
    one.peer.to,
    one.peer.leavesOut || 'nothing',
  ]);
  const notes = (what: string, of: (peer: Description) => string | undefined): string[] => {
    const lines = others.flatMap(({ peer }) => (of(peer) ? [`- ${peer.name}: ${of(peer)}.`] : []));
    return lines.length > 0 ? ['', what, ...(markdown ? [''] : []), ...lines] : [];
  };
  const table = markdown
    ? [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
    : [
        ...aligned([HEAD, ...rows].map((cells) => cells.slice(0, -1))),
        ...notes('They leave out:', (p) => p.leavesOut),
      ];
  return [...table, ...notes('Changed, to load this window from the simulator:', (p) => p.changed)].join(
    '\n',
  );
}

const rate = ({ rows, seconds }: Outcome): number => rows / seconds;

/** Rows a second of the middle run. */
const rateOf = ({ outcomes }: Measured): number => median(outcomes.map(rate));

/** Each run against that of gordon-data in the same round: what slows a machine down for a while slows both. */
const ratioOf = ({ outcomes }: Measured, gordon: Measured): number =>
  median(outcomes.map((outcome, round) => rate(outcome) / rate(gordon.outcomes[round]!)));

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!;

const nameOf = ({ peer, version }: Measured): string => (version ? `${peer.name} (${version})` : peer.name);

/** A note for peers that ended with fewer rows than there are. */
function shortOf({ outcomes }: Measured): string {
  const least = Math.min(...outcomes.map(({ rows }) => rows));
  return least === WANTED.rows ? '' : `; as few as ${whole(least)} of ${whole(WANTED.rows)} rows`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((cells) => cells[c]!.length)));
  return rows.map((cells) =>
    cells
      .map((cell, c) => cell.padEnd(widths[c]!))
      .join('  ')
      .trimEnd(),
  );
}

export const whole = (n: number): string => Math.round(n).toLocaleString('en');
