import { DAY } from '../../functions/core/time/time.ts';
import { WANTED } from './peer.ts';
import { pythonTool } from './python-tool.ts';

const { symbol, base, quote, from, to } = WANTED;

/** The bot that most people fetch candles with. It takes the archive's daily files. */
export const freqtrade = pythonTool({
  name: 'freqtrade download-data',
  package: 'freqtrade',
  version: '2026.9',
  script: 'freqtrade_download.py',
  to: 'a Feather file, open to volume only',
  leavesOut: 'database, checksum; gaps within are not looked for; resumes at its last row',
  changed: "the archive's host, a literal, is replaced in the function that holds it; REST by its settings",
  async orders({ venue }) {
    await publishDays(venue.archive);
    return { archive: venue.archive, rest: venue.rest, base, quote, from, to };
  },
});

/** A venue's files exist already; the simulator makes each at its first request. The last day is included. */
async function publishDays(archive: string): Promise<void> {
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY) {
    const day = new Date(at).toISOString().slice(0, 10);
    const url = `${archive}/data/spot/daily/klines/${symbol}/1m/${symbol}-1m-${day}.zip`;
    const answer = await fetch(url, { method: 'HEAD' });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  }
}
