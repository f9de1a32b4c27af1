import { useState } from 'preact/hooks';
import { minute, short } from '../lib/format.ts';
import { binned, type Rows, type Strike, strikesOf } from './data.ts';

const WIDTH = 720;
const BAR = 14;
const LABEL = 80;
/** Strikes further from the price than this say little, and there are many of them. */
const REACH = 0.35;

/** As many bars as a screen holds. */
const MOST_BARS = 36;

/** What is left of a strike when its puts are taken from its calls: to the right where calls prevail, else to the left. */
const netOf = ({ strike, call, put }: Strike): Strike => {
  const net = Math.abs(call) - Math.abs(put);
  return { strike, call: Math.max(0, net), put: Math.max(0, -net) };
};

/** Gamma exposure by strike: calls to the right, puts to the left, of the newest snapshot. */
export function Strikes({ rows, symbol }: { readonly rows: Rows; readonly symbol: string }) {
  const [expiry, setExpiry] = useState('');
  const { at, spot, expiries, strikes } = strikesOf(rows, expiry || undefined);
  const [net, setNet] = useState(false);
  const near = binned(
    strikes.filter(({ strike }) => Math.abs(strike / spot - 1) <= REACH),
    MOST_BARS,
  ).map((one) => (net ? netOf(one) : one));
  const largest = Math.max(1, ...near.map(({ call, put }) => Math.max(Math.abs(call), Math.abs(put))));
  const [half, height] = [(WIDTH - LABEL) / 2, near.length * BAR];
  const length = (value: number): number => (Math.abs(value) / largest) * half;
  const spotRow = near.findIndex(({ strike }) => strike >= spot);
  return (
    <>
      <div class="bar">
        <label>
          Expiry{' '}
          <select value={expiry} onChange={(event) => setExpiry(event.currentTarget.value)}>
            <option value="">all</option>
            {expiries.map((one) => (
              <option key={one} value={one}>
                {one.slice(0, 10)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" aria-pressed={net} onClick={() => setNet(!net)}>
          Net
        </button>
        <span class="dim">{`Snapshot of ${minute(Date.parse(at))}, ${symbol} at ${short(spot)} USD. Puts left, calls right, USD for a move of 1 %.`}</span>
      </div>
      <svg
        class="strikes"
        viewBox={`0 0 ${WIDTH} ${height}`}
        role="img"
        aria-label={`Gamma exposure of ${symbol} options by strike, ${near.length} strikes, largest ${short(largest)} USD`}
      >
        {near.map(({ strike, call, put }, i) => (
          <g key={strike} transform={`translate(0 ${i * BAR})`}>
            <title>{`${strike}: calls ${short(call)}, puts ${short(put)} USD`}</title>
            <rect class="put" x={half - length(put)} y={1} width={length(put)} height={BAR - 3} />
            <rect class="call" x={half + LABEL} y={1} width={length(call)} height={BAR - 3} />
            <text x={half + LABEL / 2} y={BAR - 4} text-anchor="middle">
              {strike}
            </text>
          </g>
        ))}
        {spotRow >= 0 && (
          <>
            <line class="spot" x1={0} x2={WIDTH} y1={spotRow * BAR} y2={spotRow * BAR} />
            <text x={WIDTH - 4} y={spotRow * BAR - 3} text-anchor="end">{`price ${short(spot)}`}</text>
          </>
        )}
      </svg>
    </>
  );
}
