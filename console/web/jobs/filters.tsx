import { JOB_STATUSES } from '../../../functions/core/jobs/job.ts';
import { FAMILIES } from '../../../functions/core/series/source.ts';
import { words } from '../lib/format.ts';
import { type JobsPlace, ORIGINS, type Origin } from './list.ts';

interface Props {
  readonly place: JobsPlace;
  set(part: Partial<JobsPlace>): void;
}

const ORIGIN_NAMES: Readonly<Record<Origin, string>> = {
  all: 'ordered by anyone',
  you: 'ordered by you',
  schedules: 'by schedules',
  audit: 'by the audit',
};

/** Which jobs are listed. */
export const Filters = ({ place, set }: Props) => (
  <>
    <Choice label="Ordered by" value={place.origin} set={(origin) => set({ origin: origin as Origin })}>
      {ORIGINS.map((one) => [one, ORIGIN_NAMES[one]] as const)}
    </Choice>
    <Choice label="Status" value={place.status} set={(status) => set({ status })}>
      {[['', 'every status'] as const, ...JOB_STATUSES.map((one) => [one, words(one)] as const)]}
    </Choice>
    <Choice label="Family" value={place.source} set={(source) => set({ source })}>
      {[['', 'every family'] as const, ...FAMILIES.map((one) => [one, words(one)] as const)]}
    </Choice>
    <label>
      <span class="sr">Only jobs with the symbol</span>
      <input
        type="search"
        placeholder="Symbol"
        value={place.symbol}
        onInput={(event) => set({ symbol: event.currentTarget.value })}
      />
    </label>
  </>
);

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly children: readonly (readonly [value: string, name: string])[];
  set(value: string): void;
}

const Choice = ({ label, value, children, set }: ChoiceProps) => (
  <label>
    <span class="sr">{label}</span>
    <select value={value} onChange={(event) => set(event.currentTarget.value)}>
      {children.map(([one, name]) => (
        <option key={one} value={one}>
          {name}
        </option>
      ))}
    </select>
  </label>
);
