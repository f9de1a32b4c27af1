import { connect } from '../../functions/stores/postgres/postgres.ts';

/** Seconds of all the fetchers' sessions together, by what they did. */
export interface Waits {
  /** a statement was at work */
  readonly active: number;
  /** of that, by `wait_event_type` and `wait_event`, the longest first */
  readonly waits: readonly { readonly type: string; readonly event: string; readonly seconds: number }[];
  /** samples of the sessions */
  readonly samples: number;
}

const SCHEMA = `
  create schema if not exists bench;
  create unlogged table if not exists bench.samples (at timestamptz);
  create unlogged table if not exists bench.waits (at timestamptz, type text, event text, sessions int8);
  create unlogged table if not exists bench.stop (now boolean);
  truncate bench.samples, bench.waits, bench.stop;`;

/** Sampled in the server, because a process that is busy parsing could only sample while it is idle. */
const SAMPLER = `do $$ begin
  loop
    insert into bench.samples values (clock_timestamp());
    insert into bench.waits
      select clock_timestamp(), wait_event_type, wait_event || coalesce(' of ' || l.relation::regclass, ''), count(*)
      from pg_stat_activity a left join pg_locks l on l.pid = a.pid and not l.granted and l.locktype = 'extend'
      where state = 'active' and application_name = 'gordon-data' group by 2, 3;
    commit;
    exit when exists (select from bench.stop);
    perform pg_sleep(0.02);
  end loop;
end $$`;

/** Samples every 20 ms what the sessions wait for, during the work. */
export async function watchLocks<T>(url: string, work: () => Promise<T>): Promise<[T, Waits]> {
  const sql = connect(url, { max: 2, application: 'bench' });
  try {
    await sql.unsafe(SCHEMA).simple();
    const sampling = sql.unsafe(SAMPLER).simple().execute();
    const result = await work().finally(() => sql`insert into bench.stop values (true)`);
    await sampling;
    const rows = await sql<{ type: string | null; event: string | null; seconds: number }[]>`
      with span as (select extract(epoch from max(at) - min(at)) / count(*) as step from bench.samples)
      select type, event, (sum(sessions) * (select step from span))::float8 as seconds
      from bench.waits group by 1, 2 order by 3 desc`;
    const [{ samples }] = (await sql`select count(*) as samples from bench.samples`) as never as [
      { samples: number },
    ];
    const waits = rows.flatMap(({ type, event, seconds }) =>
      type === null ? [] : [{ type, event: event ?? '', seconds }],
    );
    return [result, { active: rows.reduce((sum, { seconds }) => sum + seconds, 0), waits, samples }];
  } finally {
    await sql.end();
  }
}
