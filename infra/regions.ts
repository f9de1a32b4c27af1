/**
 * Regions from which Binance answers 451 "Service unavailable from a restricted location according to 'b. Eligibility' in
 * https://www.binance.com/en/terms". What counts is the country of the calling address: api.binance.com and fapi.binance.com
 * refuse, data-api.binance.vision and the archive data.binance.vision answer.
 */
const REFUSED = [
  { regions: /^us-/, country: 'the United States' },
  { regions: /^ca-/, country: 'Canada' },
] as const;

/** What an operator should know before deploying there; undefined where all venues answer. */
export function refusalIn(region: string): string | undefined {
  const refused = REFUSED.find(({ regions }) => regions.test(region));
  if (!refused) return undefined;
  return (
    `Binance refuses addresses in ${refused.country} (${region}): api.binance.com and fapi.binance.com answer 451. ` +
    'Finished days and months still come from the archive. For the newest spot candles add ' +
    '-c GORDON_BINANCE_SPOT_URL=https://data-api.binance.vision; perpetual ones need another region, ' +
    'such as ap-northeast-1 or eu-central-1.'
  );
}
