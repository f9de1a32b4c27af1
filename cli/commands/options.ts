import { InvalidArgumentError } from 'commander';
import { JOB_STATUSES } from '../../functions/core/jobs/job.ts';
import { parseInstant } from '../../functions/core/time/time.ts';
import { STEPS } from '../../functions/core/time/timeframe.ts';

/** Parsers of options, for commander: each throws what commander prints as a usage error. */

export const WHEN = 'a day (2025-01-31, midnight UTC) or an instant with its zone (2025-01-31T12:00:00Z)';

export function instant(text: string): string {
  if (parseInstant(text) !== undefined) return text;
  throw new InvalidArgumentError(`Write ${WHEN}.`);
}

const listOf =
  (remedy: string) =>
  (text: string): string[] => {
    const words = text.split(',').map((word) => word.trim());
    if (words.every(Boolean)) return words;
    throw new InvalidArgumentError(remedy);
  };

/** `BTCUSDT,ETHUSDT` */
export const symbols = listOf('Write symbols with commas between them: BTCUSDT,ETHUSDT.');

/** `spot_klines,funding` */
export const words = listOf('Write names with commas between them: spot_klines,funding.');

export function timeframe(text: string): string {
  if (Object.hasOwn(STEPS, text)) return text;
  throw new InvalidArgumentError(`Use one of: ${Object.keys(STEPS).join(', ')}.`);
}

/** Makes a parser of words with commas between them, each of them one of the known. */
export const oneOfEach =
  (known: readonly string[]) =>
  (text: string): string[] => {
    const words = text.split(',').map((word) => word.trim());
    if (words.every((word) => known.includes(word))) return words;
    throw new InvalidArgumentError(`Use some of: ${known.join(',')}.`);
  };

export const statuses = oneOfEach(JOB_STATUSES);

export function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1 on.');
}

export function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError('Write a number from 0 to 65535.');
}
