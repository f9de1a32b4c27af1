import { ago, plural } from '../lib/format.ts';
import { useGrowing } from '../lib/growing.ts';
import { type Facts, type Freshness, type Grouping, type Line, labelOf, nameIn } from './overview.ts';

interface Props {
  readonly lines: readonly Line[];
  readonly group: Grouping;
  readonly now: number;
  fold(group: string): void;
}

/** As many lines as a screen has; the others follow. */
const SCREEN = 60;

/** The names beside the map: groups that fold, and each series with its newest row. */
export const Labels = ({ lines, group, now, fold }: Props) => {
  const shown = useGrowing(lines.length, SCREEN);
  return (
    <div class="labels">
      <div class="axis-room" />
      {lines.slice(0, shown).map((line) =>
        line.head ? (
          <button
            type="button"
            class="label head"
            key={`group ${line.head.name}`}
            aria-expanded={!line.head.folded}
            onClick={() => fold(line.head!.name)}
          >
            <b>{line.head.name}</b>
            <span>{line.head.folded ? plural(line.head.series, 'series', 'series') : ''}</span>
          </button>
        ) : (
          <div class="label" key={labelOf(line)} title={titleOf(line, now)}>
            <Dot freshness={line.facts?.freshness ?? 'none'} />
            <span class="name">{nameIn(line, group)}</span>
            <span>{age(line.facts, now)}</span>
          </div>
        ),
      )}
    </div>
  );
};

const WORDS: Readonly<Record<Freshness, string>> = {
  fresh: 'up to date',
  late: 'late: newer rows are due',
  idle: 'not followed',
  none: 'no rows',
};

const Dot = ({ freshness }: { readonly freshness: Freshness }) => (
  <span class={`dot ${freshness}`} role="img" aria-label={WORDS[freshness]} />
);

const titleOf = (line: Line, now: number): string => {
  const { latest, freshness = 'none' } = line.facts ?? {};
  return `${labelOf(line)}: ${latest === undefined ? '' : `newest row ${ago(latest, now)}, `}${WORDS[freshness]}`;
};

/** `3m`, `5h`, `12d`: the room beside a name is small. */
function age(facts: Facts | undefined, now: number): string {
  if (facts?.latest === undefined) return '';
  const minutes = Math.max(0, Math.floor((now - facts.latest) / 60_000));
  if (minutes < 120) return `${minutes}m`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1_440)}d`;
}
