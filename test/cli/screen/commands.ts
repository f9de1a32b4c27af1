/** `commands.ts JSON`: runs commands of the CLI one after the other, each behind a line that no command prints. */
import { run } from '../../../cli/main.ts';
import { processTerminal } from '../../../cli/terminal.ts';
import { START } from './start.ts';

for (const args of JSON.parse(process.argv[2]!) as string[][]) {
  process.stdout.write(`${START}\n`);
  const code = await run(args, processTerminal());
  if (code !== 0) process.exit(code);
}
process.exit(0);
