/** Wires what a command returns, its exit code, to whoever runs the program. */
export type Handle = <A extends unknown[]>(
  work: (...args: A) => Promise<number>,
) => (...args: A) => Promise<void>;
