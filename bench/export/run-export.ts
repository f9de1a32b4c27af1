/** One export in a process of its own: `node bench/export/run-export.ts <folder> <format>`. Prints what it took as JSON. */

import { contextFor } from '../../cli/commands/context.ts';
import { run } from '../../cli/main.ts';
import { processTerminal } from '../../cli/terminal.ts';

const [out = '', format = ''] = process.argv.slice(2);
const terminal = processTerminal();
const began = performance.now();
const code = await run(
  ['export', 'spot_klines', '--out', out, '--format', format],
  terminal,
  contextFor(terminal, () => undefined),
);
const seconds = (performance.now() - began) / 1_000;
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({ seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1_024 }),
);
process.exitCode = code;
