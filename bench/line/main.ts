/** A slow line in a process of its own: `main.ts URL MS MB_PER_SECOND`. Sends the URL of its near end. */
import { startSlowLine } from './slow-line.ts';

const [target = '', ms = '80', megabytes = '30'] = process.argv.slice(2);
const url = new URL(target);
const line = await startSlowLine(
  { host: url.hostname, port: Number(url.port) },
  { roundTripMs: Number(ms), bytesPerSecond: Number(megabytes) * 1e6 },
);
url.port = String(line.port);
process.send!(url.href);
// A parent that is killed closes its IPC channel.
process.on('disconnect', () => process.exit(0));
