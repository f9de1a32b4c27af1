/** What each statement of the program is for, by a text that only it has. The first that fits names it. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^begin ; set local synchronous_commit = off$/, 'begin, and leave the disk to later'],
  [/^begin\b/, 'begin'],
  [/^commit$/, 'commit'],
  [/^set local synchronous_commit = off/, 'leave the disk to later'],
  [/^set local synchronous_commit = on/, 'wait for the disk'],
  [/^select market_data\.take_locks\('copy'/, 'take a place'],
  [/^select market_data\.take_locks\(/, 'lock the months'],
  [/^copy "market_data"/, 'COPY'],
  [/^with cut as/, 'cut spans'],
  [/^with added as \(\s*insert into market_data\.coverage/, 'enter spans'],
  [/^with old as materialized .*insert into market_data\.series/, 'note the request'],
  [/^select from market_data\.series s where exists .*open_requests/, 'hold what it requested'],
  [/^with mine as \(delete from market_data\.open_requests/, 'settle what it requested'],
  [/^delete from market_data\.open_requests/, 'forget requests of long ago'],
  [/^insert into market_data\.meta/, 'make all before it durable'],
  [/sum\(rows\).*job_id = \$1 and chunk = \$2/, 'rows of the chunk'],
  [/sum\(rows\).*job_id = \$1 and state/, 'rows of the job'],
  [/select \$1::tstzmultirange - .* as kept/s, 'what is missing'],
  [
    /^with spans as materialized .*'doubled'.*'denied'|unnest\(\$1::tstzmultirange \* .*and state = 'have'\)/,
    'what is there',
  ],
  [/^select kind, .* group by 1\) kinds/, 'what is said of it'],
  [/^insert into market_data\.closed_jobs/, 'close the job'],
  [/^delete from market_data\.closed_jobs/, 'forget jobs of long ago'],
  [/^select day from .*market_data\.coverage/, 'days of many spans'],
  [/^select n from jsonb_to_recordset.* offset p\.steps - 1/, 'count the rows'],
  [/^select .*count\(\*\).* from "market_data"\."\w+" t\b/, 'count the rows'],
  [/\bfrom market_data\.series left join\b/, 'the account of the series'],
  [/\bfrom market_data\.retention order by\b/, 'the retention'],
  [/from market_data\.due_recounts\(\)/, 'what lost rows'],
  [/unnest\(s\.requested \* market_data\.retired/, 'what is not kept'],
  [/^select listed_at, lives_evidence/, 'the listing'],
];

/** The name of a statement; its beginning where it has none. */
export const nameOf = (statement: string): string =>
  NAMES.find(([pattern]) => pattern.test(statement))?.[1] ?? statement.slice(0, 120);
