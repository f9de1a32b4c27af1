/** Variants of a venue's behaviour that can be switched on. Each module defines its own names and values. */
export class Switches {
  readonly #values = new Map<string, string>();

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  clear(): void {
    this.#values.clear();
  }

  list(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#values);
  }
}
