import { run } from './main.ts';
import { processTerminal } from './terminal.ts';

/** As a program has it that a closed pipe ended. */
const BROKEN_PIPE = 141;

// `gordon-data … | head` closes the pipe when it has seen enough; that is not a fault to report.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
    throw error;
  });
}

const code = await run(process.argv.slice(2), processTerminal());
// What was written to a pipe may still be on its way.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
// Not left to end by itself: a name server that is silent would hold the process for half a minute after the last word.
process.exit(code);
