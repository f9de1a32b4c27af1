import type { Answer } from '../../../../functions/core/api/operations.ts';
import { moment, plural, rangeText, words } from '../../lib/format.ts';

export type LedgerSpan = Answer<'ledger'>[number];

/** What the ledger has about a span, as a sentence without its job. */
export function sentenceOf(span: LedgerSpan): string {
  const time = rangeText(span.from, span.to);
  if (span.state === 'have')
    return `${time}: ${plural(span.rows, 'row')} from ${sourceOf(span)}, stored ${at(span)}`;
  if (span.state === 'failed') return `${time}: the last attempt failed ${at(span)}`;
  return `${time}: proven to have no rows (${words(span.reason ?? 'no reason')}), found ${at(span)}`;
}

const at = ({ fetched_at }: LedgerSpan): string => moment(fetched_at);

function sourceOf({ object }: LedgerSpan): string {
  if (!object) return "the venue's API";
  return object.endsWith('.zip') ? `the file ${object.split('/').at(-1)}` : object;
}

/** What was requested and answered, a line for each piece of evidence. */
export const proofsOf = ({ evidence }: LedgerSpan): string[] =>
  evidence.map((piece) =>
    typeof piece === 'object' && piece !== null
      ? Object.entries(piece)
          .map(
            ([name, value]) => `${words(name)} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
          )
          .join(', ')
      : String(piece),
  );
