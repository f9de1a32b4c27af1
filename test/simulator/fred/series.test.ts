import { beforeEach, describe, expect, it } from 'vitest';
import { REGISTERED_KEY } from '../../../simulator/fred/refusals.ts';
import { simulateAt } from '../simulator.ts';

const NOW = '2025-11-20T18:00:00Z';
const { venues, get } = await simulateAt(NOW);

beforeEach(() => {
  venues.control.clock.hold(Date.parse(NOW));
  venues.control.limits.reset();
});

describe('series', () => {
  it('states units, of which two are easily confused', async () => {
    const info = async (id: string) => {
      const { json } = await get(
        `/fred/fred/series?series_id=${id}&api_key=${REGISTERED_KEY}&file_type=json`,
      );
      return json().seriess[0];
    };
    expect(await info('WTREGEN')).toMatchObject({ units_short: 'Mil. of U.S. $', frequency_short: 'W' });
    expect(await info('RRPONTSYD')).toMatchObject({
      units_short: 'Bil. of US $',
      observation_end: '2025-11-19',
    });
    expect(Object.keys(await info('SP500'))).toEqual([
      'id',
      'realtime_start',
      'realtime_end',
      'title',
      'observation_start',
      'observation_end',
      'frequency',
      'frequency_short',
      'units',
      'units_short',
      'seasonal_adjustment',
      'seasonal_adjustment_short',
      'last_updated',
      'popularity',
      'notes',
    ]);
  });
});
