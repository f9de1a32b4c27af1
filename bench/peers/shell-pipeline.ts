import { join } from 'node:path';
import { run } from '../../localstack/run.ts';
import { lacking, PATIENCE_MS, said } from './commands.ts';
import { intoTable, type Peer, WANTED } from './peer.ts';

const SCRIPT = join(import.meta.dirname, 'pipeline.sh');

/** Four programs that are each the best at their part, and nobody who looks whether all of it arrived. */
export const shellPipeline: Peer = {
  name: 'curl, funzip, awk, psql in a pipe',
  to: 'the table',
  fetches: true,
  leavesOut: 'checksum, ledger of gaps, resuming; a month that is not found is passed over in silence',
  async prepare() {
    const without = lacking(['curl', 'funzip', 'awk', 'psql']);
    if (without.length > 0) return { missing: `there is no ${without.join(', no ')}: install what has it` };
    if (said('awk', ['BEGIN { print strftime("%Y", 0, 1) }']) !== '1970') {
      return { missing: 'awk has no strftime: install gawk or mawk' };
    }
    return {
      run: ({ sql, venue, databaseUrl }) => {
        const orders = [venue.archive, WANTED.symbol, String(WANTED.year), databaseUrl];
        return intoTable(sql, () =>
          run('sh', [SCRIPT, ...orders], { signal: AbortSignal.timeout(PATIENCE_MS) }),
        );
      },
    };
  },
};
