import { type Command, InvalidArgumentError, Option } from 'commander';
import { JOB_ORIGINS, JOB_STATUSES } from '../../functions/core/jobs/job.ts';
import { didYouMean } from '../../functions/core/series/names/closest.ts';
import { STEPS } from '../../functions/core/time/timeframe.ts';
import type { Terminal } from '../terminal.ts';
import { readTime, WHEN } from '../times.ts';

/** Parsers of options, for commander: each throws what commander prints as a usage error. */

export { WHEN } from '../times.ts';

/** Makes a parser of times, relative ones among them: each becomes what the API takes. */
export const time =
  ({ clock }: Pick<Terminal, 'clock'>) =>
  (text: string): string => {
    const read = readTime(text, clock());
    if (read !== undefined) return read;
    throw new InvalidArgumentError(`Write ${WHEN}.`);
  };

/** Makes a parser of words with commas between them. An option that is given again adds to it. */
const listOf =
  (remedy: string) =>
  (text: string, before: readonly string[] = []): string[] => {
    const words = text.split(',').map((word) => word.trim());
    if (words.every(Boolean)) return [...new Set([...before, ...words])];
    throw new InvalidArgumentError(remedy);
  };

/** `BTCUSDT,ETHUSDT` */
const symbols = listOf('Write symbols with commas between them: BTCUSDT,ETHUSDT.');

/** `spot_klines,funding` */
export const words = listOf('Write names with commas between them: spot_klines,funding.');

/** `--symbol BTCUSDT --symbol ETHUSDT`, or `--symbols BTCUSDT,ETHUSDT` */
export const symbolsOption = (description: string): Option =>
  new Option('--symbol, --symbols <list>', description).argParser(symbols);

/** `--source klines --source funding`, or `--sources klines,funding` */
export const sourcesOption = (description: string): Option =>
  new Option('--source, --sources <list>', description).argParser(
    listOf('Write families or sources with commas between them: klines,funding.'),
  );

/** Which series, and which part of them, an audit or a verification is about. */
export const addSeriesRange = (command: Command, terminal: Pick<Terminal, 'clock'>): Command =>
  command
    .addOption(sourcesOption('only these families or sources: klines, klines_spot'))
    .addOption(symbolsOption('only these symbols'))
    .option('--from <time>', 'first instant; default: all that was ever requested', time(terminal))
    .option('--to <time>', 'end of the range (exclusive)', time(terminal));

export function timeframe(text: string): string {
  if (Object.hasOwn(STEPS, text)) return text;
  throw new InvalidArgumentError(`Use one of: ${Object.keys(STEPS).join(', ')}.`);
}

/** Makes a parser of words with commas between them, each of them one of the known. */
export const oneOfEach =
  (known: readonly string[]) =>
  (text: string, before: readonly string[] = []): string[] => {
    const words = text.split(',').map((word) => word.trim());
    const unknown = words.find((word) => !known.includes(word));
    if (unknown === undefined) return [...new Set([...before, ...words])];
    throw new InvalidArgumentError(`${didYouMean(unknown, known)} Use some of: ${known.join(',')}.`.trim());
  };

export const statuses = oneOfEach(JOB_STATUSES);

/** `all` is whoever ordered, also what schedules ran without trouble. */
export const origins = oneOfEach([...JOB_ORIGINS, 'all']);

export function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1 on.');
}

export function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError('Write a number from 0 to 65535.');
}
