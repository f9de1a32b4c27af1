import { sources } from '../../functions/sources/index.ts';

/** What a column is read as, its table or alias before it: `time`, `k."time"`. */
const COLUMN = /^(?:"?\w+"?\.)*"?(\w+)"?/;

/**
 * The new name of a column that the server does not know, where a table of the query once had it.
 * @param position of the column, as the server counts: characters from 1 on
 */
export function renamedColumn(query: string, position: number): string | undefined {
  const rest = [...query].slice(position - 1).join('');
  const name = COLUMN.exec(rest)?.[1]?.toLowerCase() ?? '';
  for (const { table } of Object.values(sources)) {
    const renamed = table.renamed?.[name];
    if (renamed && new RegExp(`\\b${table.name}\\b`, 'i').test(query)) {
      return `${name} of ${table.name} was renamed: write ${renamed}`;
    }
  }
  return undefined;
}
