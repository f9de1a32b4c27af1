/** The longest that a login waits for its turn: what waits for longer fails, so that callers do not pile up. */
const PATIENCE_MS = 8_000;
const FIRST_PAUSE_MS = 500;
/** Shorter than the patience: a lone caller gets a turn, however often others failed before. */
const LONGEST_PAUSE_MS = 4_000;

/**
 * Spaces the logins to one server after it refused one or hung up. Each session logs in by itself, and what fails is begun again
 * by many workers at once: without pauses a wrong password is sent hundreds of times a second, and servers lock such accounts.
 */
export class LoginGate {
  #failures = 0;
  #next = 0;
  #renewed = false;
  readonly #pending = new Set<object>();
  readonly #waiting = new Set<() => void>();

  /** @returns milliseconds until this login may begin; undefined: the turn is too far away, and none was taken */
  take(now: number): number | undefined {
    if (this.#failures === 0) return 0;
    const at = Math.max(now, this.#next);
    if (at - now > PATIENCE_MS) return undefined;
    this.#next = at + this.#pause();
    return at - now;
  }

  /** A connection was accepted; the server has not yet accepted the login. */
  connected(connection: object): void {
    this.#pending.add(connection);
  }

  loggedIn(): void {
    this.#pending.clear();
    this.#failures = 0;
    this.#next = 0;
  }

  /** A connection has ended that was not a login, such as the request to cancel a statement. */
  dismiss(connection: object): void {
    this.#pending.delete(connection);
  }

  /**
   * A connection has ended. It was refused if no login succeeded since it was connected.
   * @param starting whether the server takes nobody for now, as while it starts: the pauses grow no longer
   */
  closed(connection: object, now: number, starting = false): void {
    if (!this.#pending.delete(connection)) return;
    this.#failures = starting ? Math.max(this.#failures, 1) : this.#failures + 1;
    this.#next = Math.max(this.#next, now + this.#pause());
  }

  /** Another login has replaced this one: those that wait need not wait longer, and nobody logs in with it any more. */
  abandon(): void {
    this.#renewed = true;
    for (const end of this.#waiting) end();
  }

  get renewed(): boolean {
    return this.#renewed;
  }

  /** @returns forgets it */
  onRenewal(end: () => void): () => void {
    this.#waiting.add(end);
    return () => void this.#waiting.delete(end);
  }

  get failures(): number {
    return this.#failures;
  }

  #pause(): number {
    return Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, this.#failures - 1), LONGEST_PAUSE_MS);
  }
}
