/** A settlement as Binance's REST and a recording of it have it. */
export interface Settlement {
  readonly fundingTime: number;
  readonly fundingRate: string;
  readonly markPrice: string;
}

type Env = Readonly<Record<string, string>>;

/** Every settlement of a span, from the simulated venue's own REST. */
export async function binanceTruth(
  env: Env,
  symbol: string,
  from: string,
  to: string,
): Promise<Settlement[]> {
  const out: Settlement[] = [];
  for (let start = Date.parse(from); ; start = out.at(-1)!.fundingTime + 1) {
    const query = `symbol=${symbol}&startTime=${start}&endTime=${Date.parse(to) - 1}&limit=1000`;
    const answer = await fetch(`${env.GORDON_BINANCE_USDM_URL}/fapi/v1/fundingRate?${query}`);
    const page = (await answer.json()) as Settlement[];
    if (page.length === 0) return out;
    out.push(...page);
  }
}

/** Times and rates of every settlement of a span, from the simulated venue's own API. */
export async function bybitTruth(
  env: Env,
  symbol: string,
  from: string,
  to: string,
): Promise<[number, number][]> {
  const out: [number, number][] = [];
  for (let end = Date.parse(to) - 1; end >= Date.parse(from); end = out[0]![0] - 1) {
    const query = `category=linear&symbol=${symbol}&startTime=${Date.parse(from)}&endTime=${end}&limit=200`;
    const answer = await fetch(`${env.GORDON_BYBIT_URL}/v5/market/funding/history?${query}`);
    const { result } = (await answer.json()) as {
      result: { list: { fundingRate: string; fundingRateTimestamp: string }[] };
    };
    const page = result.list.map((row): [number, number] => [
      Number(row.fundingRateTimestamp),
      Number(row.fundingRate),
    ]);
    if (page.length === 0) return out;
    out.unshift(...page.toReversed());
  }
  return out;
}
