import type { Licence } from '../../functions/core/licences/licence.ts';
import { licencesOf } from '../../functions/core/licences/licences.ts';
import { iso } from '../../functions/core/time/time.ts';
import { sources } from '../../functions/sources/index.ts';
import type { Api } from '../api/client.ts';
import type { Context } from '../commands/context.ts';
import { badInput } from '../failure.ts';
import { say } from '../terminal.ts';

export const ACCEPT = 'GORDON_ACCEPT_FRED_TERMS';
const SOURCE = sources.macro_fred!;

/** Whether an order of a family or source loads series of FRED. */
export const isFred = (word: string): boolean => word === SOURCE.id || word === SOURCE.family;

/** What is printed and answered where the terms are not accepted. */
export const NOT_ACCEPTED = `the terms of FRED are not accepted: read them above, then set ${ACCEPT}=1`;

/** What the user has to know before series of FRED are loaded: one line for each fact. */
export function fredClause(symbols: readonly string[] = []): string[] {
  const [fred, ...owners] = licencesOf(SOURCE.id, symbols) as readonly [Licence, ...Licence[]];
  return [
    `${fred.title} (as others quote them; the original: ${fred.url}):`,
    `  storing: ${fred.storing}`,
    `  training: ${fred.training}`,
    ...owners.map(({ publisher, summary }) => `  ${publisher}: ${summary}`),
    `  ${fred.notice}`,
  ];
}

/**
 * Shows FRED's clause and finds out whether the user accepts it: by GORDON_ACCEPT_FRED_TERMS, by an answer that the state folder
 * remembers, or by a question on the terminal. Simulated data, and an API that has no key, need no acceptance.
 * @param symbols those of the order: series of third parties have a clause of their own
 * @throws CliError as the API does, and exit code 2 for a value of the variable that is neither 1 nor 0
 */
export async function acceptsFredTerms(
  context: Context,
  api: Api,
  symbols: readonly string[] = [],
): Promise<boolean> {
  const { terminal, terms } = context;
  const value = terminal.env[ACCEPT] ?? '';
  if (!['', '0', '1'].includes(value)) throw badInput(`${ACCEPT} is "${value}": write 1 to accept, or 0`);
  if ((await api.call('health')).simulated) return true;
  const known = await api.call('listSources');
  if (known.some(({ id, key_missing }) => id === SOURCE.id && key_missing !== null)) return true;
  const lines = fredClause(symbols);
  const clause = lines.join('\n');
  if (value !== '1' && terms.read()?.clause === clause) return true;
  say(terminal.err, ...lines);
  if (value === '1') return true;
  if (value === '0' || !terminal.question) return false;
  const answer = await terminal.question('Do you accept these terms? [y/N] ');
  if (!/^y(es)?$/i.test(answer.trim())) return false;
  terms.write({ clause, at: iso(terminal.clock()) });
  return true;
}
