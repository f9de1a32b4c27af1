import { OURS } from '../../functions/stores/postgres/schema/information.ts';
import { CliError } from '../failure.ts';
import { readRows } from '../sql/session.ts';
import { type Diagnosis, note } from './diagnosis.ts';

const FACTS = `
  SELECT (SELECT value #>> '{}' FROM market_data.meta WHERE key = 'flavour'),
    (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
    (SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb'),
    to_regnamespace('timescaledb_information')::text,
    obj_description(to_regnamespace('timescaledb_information'), 'pg_namespace')`;

/** Null for what is not there. */
export type InformationFacts = readonly [
  flavour: string | null,
  created: string | null,
  available: string | null,
  schema: string | null,
  comment: string | null,
];

/**
 * What is worth knowing about the views of `timescaledb_information` on plain PostgreSQL; nothing of a database that does not
 * answer, which is for `databaseHealth` to say.
 */
export async function informationHealth(url: string): Promise<Diagnosis[]> {
  let facts: InformationFacts | undefined;
  try {
    await readRows(url, FACTS, {
      ours: true,
      async sink(_columns, [row]) {
        facts = row as InformationFacts | undefined;
        return false;
      },
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  }
  return facts ? informationDiagnoses(facts) : [];
}

export function informationDiagnoses([
  flavour,
  created,
  available,
  schema,
  comment,
]: InformationFacts): Diagnosis[] {
  if (flavour !== 'postgres' || created !== null) return [];
  if (schema === null) {
    return [
      note(
        'there is no schema timescaledb_information: the views of the refreshes are missing',
        'Run `gordon-data migrate` as a user who may create schemas in this database.',
      ),
    ];
  }
  if (!comment?.startsWith(OURS)) {
    return [note('timescaledb_information is not a schema of gordon-data: it shows no refreshes of ours')];
  }
  if (available === null) return [];
  return [
    note(
      `TimescaleDB ${available} is there and not used; CREATE EXTENSION timescaledb would fail with 42P06, ` +
        'schema "timescaledb_information" already exists',
      "The views in it are gordon-data's. To have the extension: `DROP SCHEMA timescaledb_information CASCADE` first.",
    ),
  ];
}
