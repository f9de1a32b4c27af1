import * as z from 'zod';
import { FAMILIES } from '../series/source.ts';
import { EPOCH_MS_TEXT, INSTANT } from '../time/time.ts';
import { STEPS, type Timeframe } from '../time/timeframe.ts';

/**
 * Schemas of what requests carry. Where a handler refuses a text with a code and a remedy of its own, the schema takes any
 * text and its document has the same bounds: so the two are as strict as one another.
 */

/** `YYYY-MM-DD` or ISO 8601 with a zone; `requireInstant` reads it */
export const Time = z.string().meta({
  description: 'YYYY-MM-DD (midnight UTC) or ISO 8601 with a zone',
  pattern: INSTANT.source,
  example: '2025-01-31',
});

/** As `candleTime` reads it. */
const EPOCH_MS = { minimum: 100_000_000_000, maximum: 99_999_999_999_999 };
const candlePattern = `${INSTANT.source}|${EPOCH_MS_TEXT.source}`;
export const CandleTimeText = z.string().meta({ pattern: candlePattern });
export const CandleTime = z.union([
  CandleTimeText,
  z.number().meta({ type: 'integer', ...EPOCH_MS, description: 'epoch milliseconds' }),
]);

/** printable, of any script, as venues write their symbols; the database would refuse a NUL */
export const Name = z.string().regex(/^[\x21-\x7e\u00a1-\uffff]{1,60}$/, 'is not a symbol');
/** several of them, with commas between them */
export const Names = z
  .string()
  .regex(
    /^[\x21-\x2b\x2d-\x7e\u00a1-\uffff]{1,60}(?:,[\x21-\x2b\x2d-\x7e\u00a1-\uffff]{1,60})*$/,
    'is not a symbol, nor several with commas between them',
  );

/** The label of a series: where a page of series ended. */
export const Cursor = z
  .string()
  .regex(/^[a-z0-9_]{1,40} [\x21-\x7e\u00a1-\uffff]{1,60} \d{1,2}[smhd]$/, 'is not a cursor');

const TIMEFRAMES = Object.keys(STEPS) as [Timeframe, ...Timeframe[]];
export const Step = z.enum(TIMEFRAMES);
/** One of a source, which has its own. */
export const TimeframeText = z.string().meta({ enum: TIMEFRAMES });

/** Marks a field whose values are the ids of sources: `withSources` enters them into the OpenAPI document. */
const NAMES = 'x-names';
type Named = 'sources' | 'sources and families';
export const SourceId = z.string().meta({ [NAMES]: 'sources' satisfies Named });
export const SourceOrFamily = z.string().meta({
  description: 'a family (`klines`) or one source (`klines_spot`)',
  [NAMES]: 'sources and families' satisfies Named,
});

/** What `z.toJSONSchema` takes as `override`: writes the ids of the sources into its schemas. */
export const withSources =
  (ids: readonly string[]) =>
  ({ jsonSchema }: { readonly jsonSchema: { [key: string]: unknown } }): void => {
    const named = jsonSchema[NAMES] as Named | undefined;
    if (named === undefined) return;
    delete jsonSchema[NAMES];
    jsonSchema.enum = named === 'sources' ? [...ids] : [...FAMILIES, ...ids.filter((id) => !isFamily(id))];
  };

const isFamily = (word: string): boolean => (FAMILIES as readonly string[]).includes(word);

/** A whole number in a query, written as one writes it: neither `1e3` nor ` 5 `. */
export const whole = (most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'is not a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(most));

/** Longer ones are not keys of the job table. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/, 'takes 1 to 255 printable ASCII characters');
