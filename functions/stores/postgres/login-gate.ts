/** The longest that a login waits for its turn: what waits for longer fails, so that callers do not pile up. */
const PATIENCE_MS = 8_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Spaces the logins to one server after it refused one or hung up. Each session logs in by itself, and what fails is begun again
 * by many workers at once: without pauses a wrong password is sent hundreds of times a second, and servers lock such accounts.
 */
export class LoginGate {
  #failures = 0;
  #next = 0;
  #open = 0;

  /** @returns milliseconds until this login may begin; undefined: the turn is too far away, and none was taken */
  take(now: number): number | undefined {
    if (this.#failures === 0) return 0;
    const at = Math.max(now, this.#next);
    if (at - now > PATIENCE_MS) return undefined;
    this.#next = at + this.#pause();
    return at - now;
  }

  /** A connection was accepted; the server has not yet accepted the login. */
  connected(): void {
    this.#open += 1;
  }

  loggedIn(): void {
    this.#open = 0;
    this.#failures = 0;
    this.#next = 0;
  }

  /** A connection has ended. It was refused if no login succeeded since one was connected. */
  closed(now: number): void {
    if (this.#open === 0) return;
    this.#open -= 1;
    this.#failures += 1;
    this.#next = Math.max(this.#next, now + this.#pause());
  }

  get failures(): number {
    return this.#failures;
  }

  #pause(): number {
    return Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, this.#failures - 1), LONGEST_PAUSE_MS);
  }
}
