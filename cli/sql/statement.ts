import { badInput } from '../failure.ts';

/** What a statement that only reads begins with. */
const READS = ['select', 'with', 'values', 'table', 'show', 'explain'];

const COMMENTS = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|\()+/;

/** The statement without what stands before its first word. */
export const withoutComments = (query: string): string => query.replace(COMMENTS, '').replace(/^;+\s*$/, '');

/**
 * Refuses a statement that is not a query before it is sent. A help for people, not a guard: the guard is the database, which
 * gets a read-only transaction of a role that may only read.
 * @throws CliError exit code 2 for an empty query, 1 for one that would write
 */
export function firstWord(query: string): string {
  const bare = withoutComments(query);
  if (bare === '') throw badInput('the query is empty: gordon-data sql "SELECT …"');
  return /^[a-z]+|^\S+/i.exec(bare)![0];
}

export const isReading = (word: string): boolean => READS.includes(word.toLowerCase());

export const READ_ONLY = 'sql is read-only: rows come in by `gordon-data backfill`';

/** Lists the tables. */
export const TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'market_data'";

/** For a statement that begins with something else. */
export const notReading = (word: string): string =>
  word.startsWith('\\')
    ? `${word} is a command of psql, which takes the URL of \`gordon-data status\`. Tables with their columns: docs/TABLES.md, or ${TABLES}`
    : `${READ_ONLY}. It takes SELECT, WITH, VALUES, TABLE, SHOW and EXPLAIN, not ${word.toUpperCase()}`;
