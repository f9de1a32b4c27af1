import { ago, count, percent, plural, short } from '../lib/format.ts';
import type { Overview } from './overview.ts';

/** All series at a glance, before the map. */
export function Summary({ overview, now }: { readonly overview: Overview; readonly now: number }) {
  const { series, rows, complete, newest, ours, venues, late, expiring } = overview;
  return (
    <dl class="summary" aria-label="Summary">
      <Fact
        name="Series"
        value={count(series)}
        note={late > 0 ? `${count(late)} late` : undefined}
        bad={late > 0}
      />
      <Fact name="Rows" value={short(rows)} title={count(rows)} />
      <Fact name="Complete" value={complete === undefined ? '–' : percent(complete)} />
      <Fact name="Newest row" value={newest === undefined ? '–' : ago(newest, now)} />
      <Fact name="Missing, ours" value={short(ours)} title={plural(ours, 'row')} bad={ours > 0} />
      <Fact name="Missing, venues" value={short(venues)} title={plural(venues, 'row')} bad={venues > 0} />
      <Fact
        name="Lost soonest"
        value={expiring ? `in ${plural(Math.floor(expiring.daysLeft), 'day')}` : 'nothing'}
        note={expiring?.series}
        bad={expiring !== undefined}
      />
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
  readonly title?: string;
  readonly bad?: boolean;
}

const Fact = ({ name, value, note, title, bad = false }: FactProps) => (
  <div>
    <dt>{name}</dt>
    <dd class={bad ? 'bad-text' : ''} title={title}>
      {value}
      {note && <small>{note}</small>}
    </dd>
  </div>
);
