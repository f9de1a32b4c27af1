import { randomUUID } from 'node:crypto';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { urlFor } from '../../functions/stores/postgres/roles/logins.ts';

/** Variables of the functions whose URLs come from secrets. */
export type LoginVariable = 'GORDON_WRITER_URL' | 'GORDON_READER_URL';

export interface RotatingLogins {
  /** URLs with the passwords of the moment */
  readonly urls: Readonly<Record<LoginVariable, string>>;
  /**
   * As the rotation of a secret does it: another password in the database, then in the secret, and the sessions of the former one end,
   * whatever they do.
   */
  rotate(): Promise<void>;
  /** how many sessions each login has */
  sessions(): Promise<Readonly<Record<LoginVariable, number>>>;
  drop(): Promise<void>;
}

/**
 * A writer and a reader of a warehouse, with names of their own on a server that others use as well.
 * @param admin may create roles
 * @param put changes the text of a variable's secret
 */
export async function createRotatingLogins(
  admin: Sql,
  databaseUrl: string,
  put: (variable: LoginVariable, url: string) => Promise<void>,
): Promise<RotatingLogins> {
  const suffix = randomUUID().slice(0, 8);
  const names = { GORDON_WRITER_URL: `writer_${suffix}`, GORDON_READER_URL: `reader_${suffix}` } as const;
  const variables = Object.keys(names) as LoginVariable[];
  const urls = {} as Record<LoginVariable, string>;
  const [{ GORDON_WRITER_URL: writer, GORDON_READER_URL: reader }] = [names];
  await admin.unsafe(
    `create role ${writer} login in role gordon_writer; create role ${reader} login in role gordon_reader`,
  );
  const change = async (): Promise<void> => {
    for (const variable of variables) {
      const password = randomUUID();
      await admin.unsafe(`alter role ${names[variable]} password '${password}'`);
      urls[variable] = urlFor(databaseUrl, names[variable], password);
      await put(variable, urls[variable]);
    }
  };
  await change();
  return {
    urls,
    async rotate() {
      await change();
      await admin`select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where usename in (${writer}, ${reader}) and datname = current_database()`;
    },
    async sessions() {
      const [row] =
        await admin`select count(*) filter (where usename = ${writer})::int as "GORDON_WRITER_URL",
          count(*) filter (where usename = ${reader})::int as "GORDON_READER_URL"
        from pg_stat_activity where datname = current_database()`;
      return row as Record<LoginVariable, number>;
    },
    drop: async () => void (await admin.unsafe(`drop role ${writer}; drop role ${reader}`)),
  };
}
