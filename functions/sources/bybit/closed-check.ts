import { type Check, judged } from '../../core/probe/check.ts';
import { iso } from '../../core/time/time.ts';
import { malformed } from '../rest/malformed.ts';
import { bybitDated } from './dated-market.ts';

/** What is delisted is in no other list, so a universe without it would have survivors alone. */
export const closedCheck: Check = {
  id: 'bybit/universe/closed',
  venue: 'bybit',
  proves: 'contracts that are closed are listed apart, each with its first and last instant',
  sources: bybitDated.sources,
  requests: () => bybitDated.lists.slice(1),
  judge([answer]) {
    if (!answer) throw malformed('', 'there is no list.');
    const closed = bybitDated.parse(answer.body);
    const trading = closed.filter((one) => one.trading);
    const undated = closed.filter((one) => one.listedAt === undefined || one.delistedAt === undefined);
    const ended = closed.map(({ delistedAt = 0 }) => delistedAt);
    return judged(
      [
        closed.length === 0 && 'no contract is closed',
        trading.length > 0 && `${trading[0]!.symbol} trades`,
        undated.length > 0 &&
          `${undated.length} of ${closed.length} say no instants, such as ${undated[0]!.symbol}`,
        ended.some((at) => at > answer.asOf) && 'one ends in the future',
      ],
      `${closed.length} closed contracts, the last of them on ${iso(Math.max(...ended))}`,
    );
  },
};
