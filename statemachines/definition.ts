import { readFileSync } from 'node:fs';

/** What a host fills into `backfill.asl.json`: a function's name or ARN for each Task, and how map items run. */
export interface Placeholders {
  /** EXPRESS on AWS, where items are many and short; STANDARD where EXPRESS is not known (LocalStack) */
  readonly ChunkExecutionType: 'EXPRESS' | 'STANDARD';
  /** `PlanWaveFunction`, …: the state's name with `Function` */
  readonly [placeholder: `${string}Function`]: string;
}

const PLACEHOLDER = /\$\{([A-Za-z]+)\}/g;

/** The text of the definition with its placeholders as they are. */
export const definitionText = (): string =>
  readFileSync(new URL('backfill.asl.json', import.meta.url), 'utf8');

/** The definition of the backfill state machine. @param text of another version. @throws Error when a placeholder is left without a value */
export function backfillDefinition(values: Placeholders, text = definitionText()): Record<string, unknown> {
  const filled = text.replace(PLACEHOLDER, (_, name: string) => {
    const value = new Map(Object.entries(values)).get(name);
    if (value === undefined) throw new Error(`backfill.asl.json: no value for \${${name}}`);
    return value;
  });
  return JSON.parse(filled) as Record<string, unknown>;
}
