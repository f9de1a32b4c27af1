/**
 * Memory of a host that is polled: `npm run bench:polls [-- POLLS]`. It starts a frozen demo in a folder of its own, sends
 * GET /healthz, and prints the resident memory and its growth after each thousand of the second half.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const polls = Number(process.argv[2] ?? 20_000);
const folder = mkdtempSync(join(tmpdir(), 'gordon-polls-'));
Object.assign(process.env, { GORDON_DIR: folder, GORDON_JOBS_PORT: '0', GORDON_CANDLES_PORT: '0' });
const { up, down } = await import('../../host/control.ts');

const { state } = await up({ demo: true, frozen: true });
try {
  const url = `http://127.0.0.1:${state.ports.jobs}/healthz`;
  const memory = (): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${state.pid}/status`, 'utf8'))?.[1]) / 1_024;
  const seen: number[] = [];
  for (let sent = 1; sent <= polls; sent++) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`GET /healthz: ${answer.status} ${await answer.text()}`);
    await answer.text();
    if (sent % 1_000 === 0) {
      seen.push(memory());
      console.log(`${String(sent).padStart(7)} polls  ${memory().toFixed(0)} MB`);
    }
  }
  const late = seen.slice(seen.length >> 1);
  const growth = (late.at(-1)! - late[0]!) / Math.max(1, late.length - 1);
  console.log(`growth in the second half: ${growth.toFixed(2)} MB a thousand polls`);
} finally {
  await down();
  rmSync(folder, { recursive: true, force: true });
}
