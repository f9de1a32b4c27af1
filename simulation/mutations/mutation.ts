/** A fault that is planted in one file: a text that occurs once in it, and what stands there instead. */
export interface Mutation {
  readonly id: string;
  /** what goes wrong, in words */
  readonly fault: string;
  /** from the root of the repository */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** @throws Error when the text does not occur exactly once: the code has moved on, and the fault with it */
export function mutate(source: string, { id, file, before, after }: Mutation): string {
  const parts = source.split(before);
  if (parts.length !== 2) throw new Error(`${id}: its text occurs ${parts.length - 1} times in ${file}`);
  return parts.join(after);
}
