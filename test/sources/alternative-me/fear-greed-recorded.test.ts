import { expect, it } from 'vitest';
import { fearGreedDays } from '../../../functions/sources/alternative-me/index-json.ts';
import { recorded, recordingsAbsent } from '../../helpers/recorded.ts';
import { bytes } from '../conformance.ts';

const file = recorded('sentiment/fng_limit2_raw.json');
it.skipIf(file === undefined)(
  `reads a recorded answer value by value (${recordingsAbsent ?? 'recorded'})`,
  () => {
    const { data } = JSON.parse(file!) as {
      data: { value: string; value_classification: string; timestamp: string }[];
    };
    expect(data).toHaveLength(2);
    expect(fearGreedDays(bytes(file!), 'fear_greed')).toEqual(
      data.map((row) => ({
        at: Number(row.timestamp) * 1_000,
        values: [Number(row.value), row.value_classification],
      })),
    );
  },
);
