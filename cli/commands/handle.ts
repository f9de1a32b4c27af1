/** Wires what a command returns, its exit code, to the process. */
export type Handle = <A extends unknown[]>(
  work: (...args: A) => Promise<number>,
) => (...args: A) => Promise<void>;
