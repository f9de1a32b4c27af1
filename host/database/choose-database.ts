import { GordonError } from '../../functions/core/errors/errors.ts';

/** What decides where the warehouse of a host lies. */
export interface DatabaseFacts {
  readonly mode: 'demo' | 'live';
  /** `GORDON_DATABASE_URL` */
  readonly url: string | undefined;
  /** `GORDON_DATABASE` */
  readonly wish: string | undefined;
  /** the embedded server's folder, relative to the user's folder */
  readonly folder: string;
  readonly folderHoldsData: boolean;
  /** an earlier start kept its rows in Docker's database */
  readonly dockerHoldsData: boolean;
}

/** The reply of a Docker engine when it was tried. */
export type Engine =
  | { readonly answers: true; readonly version: string }
  | { readonly answers: false; readonly why: string };

export interface Choice {
  readonly kind: 'url' | 'docker' | 'embedded';
  /** which database and why, as one line */
  readonly reason: string;
}

/**
 * Which database a host uses, where the choice does not depend on a Docker engine.
 * @returns undefined when the engine decides: see `chooseByEngine`
 * @throws GordonError `bad-environment`
 */
export function chooseDatabase(facts: DatabaseFacts): Choice | undefined {
  const { mode, url, wish, folder, folderHoldsData, dockerHoldsData } = facts;
  if (wish && wish !== 'docker' && wish !== 'embedded') throw unknownWish();
  // A demo needs no settings and shows the same on every machine.
  if (mode === 'demo') return embedded('a demo has a database of its own');
  if (url) return { kind: 'url', reason: 'the database that GORDON_DATABASE_URL names' };
  if (wish === 'embedded') {
    return embedded(
      `GORDON_DATABASE=embedded${dockerHoldsData ? "; Docker's database holds other data" : ''}`,
    );
  }
  if (wish !== 'docker' && folderHoldsData) {
    return embedded(`${folder} holds data already (GORDON_DATABASE=docker uses Docker's)`);
  }
  return undefined;
}

/** @throws GordonError `no-docker-engine` */
export function chooseByEngine(facts: DatabaseFacts, engine: Engine): Choice {
  const { wish, folder, folderHoldsData, dockerHoldsData } = facts;
  if (engine.answers) {
    const why = wish === 'docker' ? 'GORDON_DATABASE=docker' : `Docker ${engine.version} answers`;
    const other = folderHoldsData ? `; ${folder} holds other data` : '';
    return { kind: 'docker', reason: `TimescaleDB in Docker: ${why}${other}` };
  }
  if (wish === 'docker') throw noEngine(`GORDON_DATABASE=docker, but ${engine.why}.`);
  // An empty database instead of the full one would look like lost data, and later starts would keep using it.
  if (dockerHoldsData) throw noEngine(`the data lie in Docker's database, and ${engine.why}.`);
  return embedded(engine.why);
}

const embedded = (why: string): Choice => ({ kind: 'embedded', reason: `embedded PostgreSQL: ${why}` });

const unknownWish = (): GordonError =>
  new GordonError({
    name: 'BadRequest',
    code: 'bad-environment',
    subject: 'GORDON_DATABASE',
    message: 'is neither docker nor embedded.',
    remedy: 'Unset it, and the host chooses.',
  });

const noEngine = (message: string): GordonError =>
  new GordonError({
    code: 'no-docker-engine',
    subject: 'the database',
    message,
  });
