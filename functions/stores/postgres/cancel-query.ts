/** A query of postgres.js, with what it keeps for its cancellation. */
interface Cancellable {
  cancel(): void;
}

interface Internals {
  /** whether the server is at work on it */
  readonly active?: boolean;
  canceller?: ((query: Cancellable) => Promise<void>) | null;
}

/**
 * Has the server end a query. PostgreSQL takes such a request on a connection of its own and ends whatever the session is at work on when
 * it arrives, so a session may have its next statement only when this has resolved. `query.cancel()` of postgres.js does not say when
 * that is, and leaves the failure of its connection to nobody. A request that does not reach the server is given up: the query then runs to
 * its end.
 */
export async function cancelQuery(query: Cancellable): Promise<void> {
  const internals = query as Cancellable & Internals;
  const { active, canceller } = internals;
  if (!canceller) return;
  internals.canceller = null;
  const taken = canceller(query).catch(() => {});
  // One that the server is not at work on is withdrawn without a request, or once its turn comes.
  if (active) await taken;
}
