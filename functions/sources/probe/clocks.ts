import type { Check, ProbeAnswer, ProbeRequest } from '../../core/probe/check.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { judgeClock } from './answers.ts';
import { detectUnit, readInstant, type Unit } from './wire.ts';

/**
 * The clock of a venue, in an answer that other checks need too.
 * @param field the venue's time in the body; absent: it has none
 */
export function clockCheck(
  venue: string,
  sources: readonly string[],
  request: (now: number) => ProbeRequest,
  field?: TimeField,
): Check {
  return {
    id: `${venue}/clock`,
    venue,
    proves: 'answers say the time in their Date header',
    sources,
    requests: (now) => [request(now)],
    judge([answer]) {
      if (!answer) throw malformed('', 'the venue says that there is no such thing.');
      return judgeClock(answer, field === undefined ? undefined : timeIn(answer, field));
    },
  };
}

interface TimeField {
  readonly name: string;
  readonly unit: Unit;
}

function timeIn({ body }: ProbeAnswer, { name, unit }: TimeField): number {
  const cell = (readJson(body, 'the answer') as Record<string, unknown> | null)?.[name];
  if (detectUnit(cell) !== unit)
    throw malformed('', `${name} is ${detectUnit(cell) ?? 'no time'}, not ${unit}.`);
  return readInstant(cell);
}
