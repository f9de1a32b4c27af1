import { sources } from '../../functions/sources/index.ts';
import { checks } from '../../functions/sources/probe/index.ts';
import { CliError } from '../failure.ts';
import { readRows } from '../sql/session.ts';
import { type Diagnosis, note, ok } from './diagnosis.ts';

const FACTS = `
  SELECT source, checks::text, differs::text, left(probed_at::text, 10) FROM market_data.probed_sources
  WHERE own_address ORDER BY source`;

/** A source that was compared with its live venue: how many of its checks were made, how many differ, the day. */
export type ProbedSource = readonly [source: string, made: string, differs: string, day: string];

/** Which adapters were seen to hold at their live venues; nothing of a database that does not have the table yet. */
export async function probesHealth(url: string): Promise<Diagnosis[]> {
  let probed: readonly ProbedSource[] = [];
  try {
    await readRows(url, FACTS, {
      ours: true,
      async sink(_columns, rows) {
        probed = [...probed, ...(rows as unknown as ProbedSource[])];
        return true;
      },
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [];
  }
  const all = Object.keys(sources).map(
    (id) => [id, checks.filter((check) => check.sources.includes(id)).length] as const,
  );
  return probesDiagnoses(probed, new Map(all));
}

/** @param all how many checks there are of each source: one of which a part was made was not seen to hold */
export function probesDiagnoses(
  probed: readonly ProbedSource[],
  all: ReadonlyMap<string, number>,
): Diagnosis[] {
  if (probed.length === 0) {
    const remedy = 'Run `gordon-data probe` where the venues can be reached.';
    return [note('no adapter was compared with its live venue yet', remedy)];
  }
  const differing = probed.filter(([, , differs]) => Number(differs) > 0);
  const whole = probed.filter(
    ([source, made, differs]) => differs === '0' && Number(made) >= (all.get(source) ?? 0),
  );
  const last = probed
    .map(([, , , day]) => day)
    .toSorted()
    .at(-1);
  const held = `${whole.length} of ${all.size} adapters were seen to hold at their venues, last on ${last}`;
  return [
    ok(held),
    ...differing.map(([source, , differs, day]) =>
      note(
        `${source}: ${differs} ${differs === '1' ? 'check' : 'checks'} differed from the venue on ${day}`,
        'See market_data.probes; run `gordon-data probe` again and report what it prints.',
      ),
    ),
  ];
}
