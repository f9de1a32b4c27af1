import type { TableSpec } from '../../core/series/table.ts';
import type { Transaction } from '../postgres/postgres.ts';

/**
 * COPYs of many rows into one table at the same time. Each makes the table's file longer, which PostgreSQL lets only one do at
 * a time (`Lock: extend`): beyond a handful they do little but wake one another, and 40 brought two thirds of what 8 did.
 */
const COPY_SLOTS = 8;

/** Fewer rows fit into pages that are there, or need so few that a place costs more than it saves. */
export const WORTH_A_PLACE = 10_000;

/** Waits for a place, any that is free or else one by lot, and keeps it until the transaction ends. */
export async function acquireCopySlot(tx: Transaction, { name }: TableSpec): Promise<void> {
  const key = (place: ReturnType<Transaction>) => tx`hashtextextended(${`copy ${name} `} || ${place}, 0)`;
  await tx`
    with free as materialized (
      select place from generate_series(1, ${COPY_SLOTS}::int) place where pg_try_advisory_xact_lock(${key(tx`place`)}) limit 1)
    select case when not exists (select from free)
      then pg_advisory_xact_lock(${key(tx`pg_backend_pid() % ${COPY_SLOTS}::int + 1`)}) end`;
}
