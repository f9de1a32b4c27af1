import { sources } from '../../functions/sources/index.ts';
import { CliError } from '../failure.ts';
import { readRows } from '../sql/session.ts';
import { type Diagnosis, note, ok } from './diagnosis.ts';

const FACTS = `
  SELECT source, differs::text, left(probed_at::text, 10) FROM market_data.probed_sources
  WHERE own_address ORDER BY source`;

/** A source that was compared with its live venue: its id, how many of its checks differ, the day. */
export type ProbedSource = readonly [source: string, differs: string, day: string];

/** Which adapters were seen to hold at their live venues; nothing of a database that does not have the table yet. */
export async function probesHealth(url: string): Promise<Diagnosis[]> {
  let probed: readonly ProbedSource[] = [];
  try {
    await readRows(url, FACTS, {
      async sink(_columns, rows) {
        probed = [...probed, ...(rows as unknown as ProbedSource[])];
        return true;
      },
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [];
  }
  return probesDiagnoses(probed, Object.keys(sources).length);
}

export function probesDiagnoses(probed: readonly ProbedSource[], all: number): Diagnosis[] {
  if (probed.length === 0) {
    const remedy = 'Run `gordon-data probe` where the venues can be reached.';
    return [note('no adapter was compared with its live venue yet', remedy)];
  }
  const differing = probed.filter(([, differs]) => Number(differs) > 0);
  const last = probed
    .map(([, , day]) => day)
    .toSorted()
    .at(-1);
  const held = `${probed.length - differing.length} of ${all} adapters were seen to hold at their venues, last on ${last}`;
  return [
    ok(held),
    ...differing.map(([source, differs, day]) =>
      note(
        `${source}: ${differs} ${differs === '1' ? 'check' : 'checks'} differed from the venue on ${day}`,
        'See market_data.probes; run `gordon-data probe` again and report what it prints.',
      ),
    ),
  ];
}
