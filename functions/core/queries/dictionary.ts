import type { Source, Sources } from '../series/source.ts';
import type { TableEntry } from './ports.ts';

export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
  /** null: the column is not a quantity */
  readonly unit: string | null;
  readonly description: string;
}

export interface DescribedTable extends Pick<TableEntry, 'name' | 'kind'> {
  readonly description: string;
  /** `since` is epoch ms; null: it depends on the symbol, or on when this warehouse began */
  readonly sources: readonly { readonly id: string; readonly title: string; readonly since: number | null }[];
  readonly columns: readonly DescribedColumn[];
}

/** A comment ends with the unit in brackets: `what was traded [base asset]`. */
const WITH_UNIT = /^(.*?)\s*\[([^\]]+)\]$/s;

/** The column dictionary: what the comments in SQL say, with the sources that fill each table. */
export const dictionary = (entries: readonly TableEntry[], sources: Sources): DescribedTable[] =>
  entries.map(({ name, kind, comment, columns }) => ({
    name,
    kind,
    description: comment,
    sources: Object.values(sources)
      .filter(({ table }) => table.name === name)
      .map((source) => ({ id: source.id, title: source.title, since: firstInstant(source) })),
    columns: columns.map(({ name: column, type, comment: said }) => {
      const [, description = said, unit = null] = WITH_UNIT.exec(said) ?? [];
      return { name: column, type, unit, description };
    }),
  }));

/** What exists as a snapshot of the present alone begins with the first one that this warehouse took. */
const firstInstant = ({ listing, tiers }: Source): number | null =>
  'listedAt' in listing && tiers.some(({ kind }) => kind !== 'snapshot') ? listing.listedAt : null;
