import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { describeError, GordonError } from '../core/errors/errors.ts';
import { withCode } from '../core/jobs/caught.ts';
import { type Log, logWith } from './log.ts';
import { observed } from './observe.ts';

export type StateHandler = (event: unknown, context: Context) => Promise<unknown>;

/**
 * Makes the handler of one state of the state machine. Input and output are parsed, so that a definition and a handler
 * that do not agree fail at once and with words. Errors are thrown on: their names drive Retry and Catch.
 * @param work names the ports that it uses by the type of its argument
 */
export function stateHandler<Input, Output, Ports>(
  contract: { readonly input: z.ZodType<Input>; readonly output: z.ZodType<Output> },
  work: (input: Input, ports: Ports, log: Log) => Promise<Output>,
): (ports: () => Promise<Ports>) => StateHandler {
  return (ports) => {
    const handler = observed<unknown, unknown>().handler(async (event) => {
      const input = parse(contract.input, event, 'input');
      const log = logWith(subjectOf(input));
      try {
        return parse(contract.output, await work(input, await ports(), log), 'output');
      } catch (error) {
        log.warn(describeError(error), error as Error);
        throw coded(error);
      }
    });
    return handler as unknown as StateHandler;
  };
}

function parse<T>(schema: z.ZodType<T>, value: unknown, side: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new GordonError({
    code: 'contract-broken',
    subject: `${side}.${issue.path.join('.')}`,
    message: `${issue.message}.`,
  });
}

/** What every log line of the invocation carries. */
function subjectOf(input: unknown): Record<string, unknown> {
  const { jobId, wave, chunk } = input as { jobId?: string; wave?: number; chunk?: Record<string, unknown> };
  return { jobId, wave, ...(chunk && { chunk: chunk.label, source: chunk.source, symbol: chunk.symbol }) };
}

/** The code rides in the message: of a thrown error only name and message survive every engine. */
function coded(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = error instanceof GordonError ? error.code : 'unexpected';
  const thrown = new Error(withCode(code, describeError(error)), { cause: error });
  thrown.name = error.name;
  return thrown;
}
