import { JOB_STATUSES } from '../../../functions/core/jobs/job.ts';
import { FAMILIES } from '../../../functions/core/series/source.ts';
import { words } from '../lib/format.ts';
import { CHOICES, type Choice, type JobsPlace } from './list.ts';

interface Props {
  readonly place: JobsPlace;
  set(part: Partial<JobsPlace>): void;
}

const CHOICE_NAMES: Readonly<Record<Choice, string>> = {
  usual: 'orders and failed runs',
  you: 'ordered by you',
  schedules: 'by schedules',
  audit: 'by the audit',
  all: 'ordered by anyone',
};

/** Which jobs are listed. */
export const Filters = ({ place, set }: Props) => (
  <>
    <Select label="Ordered by" value={place.origin} set={(origin) => set({ origin: origin as Choice })}>
      {CHOICES.map((one) => [one, CHOICE_NAMES[one]] as const)}
    </Select>
    <Select label="Status" value={place.status} set={(status) => set({ status })}>
      {[['', 'every status'] as const, ...JOB_STATUSES.map((one) => [one, words(one)] as const)]}
    </Select>
    <Select label="Family" value={place.source} set={(source) => set({ source })}>
      {[['', 'every family'] as const, ...FAMILIES.map((one) => [one, words(one)] as const)]}
    </Select>
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

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly children: readonly (readonly [value: string, name: string])[];
  set(value: string): void;
}

const Select = ({ label, value, children, set }: SelectProps) => (
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
