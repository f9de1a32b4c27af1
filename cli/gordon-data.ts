import { run } from './main.ts';
import { processTerminal } from './terminal.ts';

/** As a program has it that a closed pipe ended. */
const BROKEN_PIPE = 141;

// `gordon-data … | head` closes the pipe when it has seen enough; that is no fault to report.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
    throw error;
  });
}

// Not process.exit: what was written to a pipe may still be on its way.
process.exitCode = await run(process.argv.slice(2), processTerminal());
