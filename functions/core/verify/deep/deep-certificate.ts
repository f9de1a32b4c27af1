import * as z from 'zod';
import { Count, Instant, type Shape, span } from '../../time/fields.ts';

const DifferentCandle = z.object({
  time: Instant.meta({ description: 'the minute' }),
  fields: z.array(
    z.object({
      field: z.string(),
      made: z.number().meta({ description: 'by the stored trades' }),
      stored: z.number().meta({ description: 'of the stored candle' }),
    }),
  ),
});
export type DifferentCandle = Shape<typeof DifferentCandle>;

/** What was found of the trades of one symbol in a day or less. */
export const DeepCertificate = z
  .object({
    source: z.string(),
    symbol: z.string(),
    candles: z.string().meta({ description: 'the source of the candles that they were compared with' }),
    ...span,
    trades: Count.meta({ description: 'stored rows of trades' }),
    compared: Count.meta({ description: 'minutes of which the ledger has the trades and the candle' }),
    not_compared: Count.meta({ description: 'minutes for which one of the two is missing' }),
    different: Count.meta({ description: 'minutes whose candle is not what the trades make' }),
    differences: z.array(DifferentCandle).meta({ description: 'the first twenty' }),
    verdict: z.enum(['identical', 'different', 'not-compared']).meta({
      description: '`not-compared`: there is no minute of which both are stored',
    }),
  })
  .meta({
    id: 'DeepCertificate',
    description: 'candles made of stored trades, compared with the stored ones',
  });
export type DeepCertificate = Shape<typeof DeepCertificate>;
