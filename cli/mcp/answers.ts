import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Api } from '../api/client.ts';
import { ApiProblem } from '../api/send.ts';
import { CliError, oneLine } from '../failure.ts';
import { SIMULATED } from '../format/report.ts';

/** The longest answer, in characters: a model reads all of it. */
const LONGEST = 100_000;

/** What a tool answers: its value as JSON and, where the data are simulated, that they are. Foreseen failures are answers too. */
export async function answer(api: Api, work: () => Promise<unknown>): Promise<CallToolResult> {
  try {
    const text = JSON.stringify(await work());
    if (text.length > LONGEST) {
      return refusal(
        `too-long: the answer has ${text.length} characters. Narrow it by symbol, range, columns or limit.`,
      );
    }
    const { simulated } = await api.call('health');
    return { content: [textOf(text), ...(simulated ? [textOf(SIMULATED)] : [])] };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return refusal(`${error instanceof ApiProblem ? `${error.code}: ` : ''}${oneLine(error.message)}`);
  }
}

const textOf = (text: string): { type: 'text'; text: string } => ({ type: 'text', text });
const refusal = (text: string): CallToolResult => ({ isError: true, content: [textOf(text)] });
