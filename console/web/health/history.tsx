import type { Answer } from '../../../functions/core/api/operations.ts';
import { bytes, count, duration, percent, plural, words } from '../lib/format.ts';
import { budgetBars, errorsByVenue } from './history.ts';

type History = Answer<'history'>;
interface Props {
  readonly history: History;
}

/** Rate budgets, minute by minute of the last hour. */
export function Budgets({ history }: Props) {
  const bars = budgetBars(history);
  return (
    <section class="card">
      <h2>Rate budgets</h2>
      <p class="dim">The fullest window of each minute of the last hour; the line is the limit.</p>
      <ul class="lines">
        {bars.map(({ family, limit, windowSeconds, shares }) => {
          const most = Math.max(...shares);
          const now = shares.at(-1)!;
          return (
            <li key={family} class="over-time">
              <span>
                <b>{family}</b>
                <small>{`${count(limit)} in ${duration(windowSeconds)}: now ${percent(now)}, at most ${percent(most)}`}</small>
              </span>
              <TimeBars
                values={shares}
                top={1}
                high={0.85}
                label={`${family}: now ${percent(now)} of the limit, at most ${percent(most)} within the hour`}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What went wrong with each venue, hour by hour of the last day. */
export function Errors({ history }: Props) {
  const venues = errorsByVenue(history);
  return (
    <section class="card">
      <h2>Errors by venue, 24 hours</h2>
      {venues.length === 0 ? (
        <p class="dim">None: every request brought an answer.</p>
      ) : (
        <ul class="lines">
          {venues.map(({ venue, count: all, hours, outcomes }) => {
            const list = outcomes.map((one) => `${count(one.count)} ${words(one.outcome)}`).join(', ');
            return (
              <li key={venue} class="over-time">
                <span>
                  <b>{venue}</b>
                  <small>{list}</small>
                </span>
                <TimeBars
                  values={hours}
                  top={Math.max(...hours)}
                  high={0}
                  label={`${venue}: ${plural(all, 'error')} in 24 hours, ${list}`}
                />
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

const MOST_TABLES = 8;

/** How fast the database grows, and when the disk is full. */
export function Growth({ history: { sizes, tables, disk } }: Props) {
  const total = sizes.at(-1)?.bytes;
  return (
    <section class="card">
      <h2>Growth</h2>
      {disk && (
        <p>
          <meter
            max={disk.total_bytes}
            low={0.1 * disk.total_bytes}
            high={0.2 * disk.total_bytes}
            optimum={disk.total_bytes}
            value={disk.free_bytes}
            aria-label="Free room on the disk"
          />
          {` ${bytes(disk.free_bytes)} of ${bytes(disk.total_bytes)} are free. `}
          <b>
            {disk.days_until_full === null
              ? disk.bytes_per_day === null
                ? 'How fast it fills is known after an hour.'
                : 'The tables do not grow.'
              : disk.days_until_full > 3_650
                ? 'At this pace it is full in more than ten years.'
                : `At this pace it is full in ${duration(disk.days_until_full * 86_400)}.`}
          </b>
        </p>
      )}
      {total === undefined ? (
        <p class="dim">No size has been measured yet: each audit takes one.</p>
      ) : (
        <>
          <p class="over-time">
            <span>
              <b>{`all tables, ${bytes(total)}`}</b>
              <small>{`${plural(sizes.length, 'measurement')} in seven days`}</small>
            </span>
            <TimeBars
              values={sizes.slice(-60).map((size) => size.bytes)}
              top={Math.max(...sizes.map((size) => size.bytes))}
              high={2}
              label={`Size of all tables: ${bytes(sizes[0]!.bytes)} at first, ${bytes(total)} now`}
            />
          </p>
          <ul class="lines">
            {tables.slice(0, MOST_TABLES).map(({ name, bytes: size, bytes_per_day: growth }) => (
              <li key={name}>
                <span class="badge queued">{bytes(size)}</span>
                <span>
                  <b>{name}</b>
                  <small>{growth === null ? 'growth not known yet' : grown(growth)}</small>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

const grown = (perDay: number): string =>
  perDay === 0 ? 'does not grow' : `${perDay > 0 ? '+' : '−'}${bytes(Math.abs(perDay))} a day`;

interface TimeBarsProps {
  readonly values: readonly number[];
  /** the value of a bar of full height */
  readonly top: number;
  /** the share of `top` above which a bar is a warning */
  readonly high: number;
  readonly label: string;
}

const [BAR, HEIGHT] = [4, 28];

const TimeBars = ({ values, top, high, label }: TimeBarsProps) => (
  <svg
    class="bars"
    viewBox={`0 0 ${values.length * BAR} ${HEIGHT}`}
    preserveAspectRatio="none"
    role="img"
    aria-label={label}
  >
    <line x1={0} x2={values.length * BAR} y1={0.5} y2={0.5} />
    {values.map((value, i) => {
      const share = Math.min(1, value / Math.max(top, Number.MIN_VALUE));
      if (share === 0) return null;
      const height = Math.max(1, share * HEIGHT);
      return (
        <rect
          key={i}
          class={share > high ? 'high' : ''}
          x={i * BAR}
          y={HEIGHT - height}
          width={BAR - 1}
          height={height}
        />
      );
    })}
  </svg>
);
