import { expect, it } from 'vitest';
import {
  type Choice,
  chooseByEngine,
  chooseDatabase,
  type DatabaseFacts,
  type Engine,
} from '../../../host/database/choose-database.ts';

const NOTHING: DatabaseFacts = {
  mode: 'live',
  url: undefined,
  wish: undefined,
  folder: '.gordon/live/postgres',
  folderHoldsData: false,
  dockerHoldsData: false,
};
const ENGINE: Engine = { answers: true, version: '27.3.1' };
const NONE: Engine = { answers: false, why: 'no Docker engine answers' };
const choose = (over: Partial<DatabaseFacts>, engine: Engine): Choice => {
  const facts = { ...NOTHING, ...over };
  return chooseDatabase(facts) ?? chooseByEngine(facts, engine);
};
const EVERYTHING = { folderHoldsData: true, dockerHoldsData: true };

it.each<[string, Partial<DatabaseFacts>, Engine, string, string]>([
  ['an engine that answers', {}, ENGINE, 'docker', 'TimescaleDB in Docker: Docker 27.3.1 answers'],
  ['an empty wish', { wish: '' }, ENGINE, 'docker', 'TimescaleDB in Docker: Docker 27.3.1 answers'],
  [
    'the same once more',
    { dockerHoldsData: true },
    ENGINE,
    'docker',
    'TimescaleDB in Docker: Docker 27.3.1 answers',
  ],
  ['no engine', {}, NONE, 'embedded', 'embedded PostgreSQL: no Docker engine answers'],
  [
    ...(['an engine that came later', { folderHoldsData: true }, ENGINE, 'embedded'] as const),
    "embedded PostgreSQL: .gordon/live/postgres holds data already (GORDON_DATABASE=docker uses Docker's)",
  ],
  [
    ...(['an embedded folder beside data in Docker', EVERYTHING, NONE, 'embedded'] as const),
    "embedded PostgreSQL: .gordon/live/postgres holds data already (GORDON_DATABASE=docker uses Docker's)",
  ],
  [
    'the wish for docker',
    { wish: 'docker' },
    ENGINE,
    'docker',
    'TimescaleDB in Docker: GORDON_DATABASE=docker',
  ],
  [
    ...(['that wish against a folder', { wish: 'docker', folderHoldsData: true }, ENGINE, 'docker'] as const),
    'TimescaleDB in Docker: GORDON_DATABASE=docker; .gordon/live/postgres holds other data',
  ],
  [
    'the wish for embedded',
    { wish: 'embedded' },
    ENGINE,
    'embedded',
    'embedded PostgreSQL: GORDON_DATABASE=embedded',
  ],
  [
    ...([
      'that wish against Docker',
      { wish: 'embedded', dockerHoldsData: true },
      ENGINE,
      'embedded',
    ] as const),
    "embedded PostgreSQL: GORDON_DATABASE=embedded; Docker's database holds other data",
  ],
  [
    ...([
      'a URL above all',
      { ...EVERYTHING, url: 'postgres://h/d', wish: 'docker' },
      ENGINE,
      'url',
    ] as const),
    'the database that GORDON_DATABASE_URL names',
  ],
  [
    ...(['a demo', { ...EVERYTHING, mode: 'demo', url: 'postgres://h/d', wish: 'docker' }, ENGINE] as const),
    ...(['embedded', 'embedded PostgreSQL: a demo has a database of its own'] as const),
  ],
])('%s', (_name, facts, engine, kind, reason) => {
  expect(choose(facts, engine)).toEqual({ kind, reason });
});

it('asks no engine where it has no say', () => {
  for (const over of [
    { mode: 'demo' },
    { url: 'u' },
    { wish: 'embedded' },
    { folderHoldsData: true },
  ] as const) {
    expect(chooseDatabase({ ...NOTHING, ...over })).toBeDefined();
  }
  for (const over of [{}, { wish: 'docker' }, { dockerHoldsData: true }]) {
    expect(chooseDatabase({ ...NOTHING, ...over })).toBeUndefined();
  }
});

it.each<[string, Partial<DatabaseFacts>, object]>([
  [
    'a wish for something else',
    { wish: 'podman', url: 'u' },
    { name: 'BadRequest', code: 'bad-environment' },
  ],
  [
    'a wish for docker without an engine',
    { wish: 'docker' },
    { name: 'PermanentError', code: 'no-docker-engine' },
  ],
  // An empty database would look like a loss, and from then on it would be the one that holds data.
  ['data in Docker without an engine', { dockerHoldsData: true }, { code: 'no-docker-engine' }],
])('refuses %s, and says what to do', (_name, facts, error) => {
  const chosen = () => choose(facts, NONE);
  expect(chosen).toThrow(expect.objectContaining({ ...error, remedy: expect.stringMatching(/./) }));
});
