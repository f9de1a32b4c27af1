import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { GORDON_DIR } from '../../../host/state-file.ts';
import { CliError, Interrupted } from '../../failure.ts';
import { stopOn } from '../../follow/stop.ts';
import { wrapText } from '../../format/fit.ts';
import { lastLines, linesFrom } from '../../logs/last-lines.ts';
import { isAbout, logLine } from '../../logs/log-line.ts';
import { say } from '../../terminal.ts';
import { type Context, print } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';

interface LogsOptions {
  readonly job?: string;
  readonly lines: number;
  readonly follow?: boolean;
  readonly json?: boolean;
}

export function addLogs(program: Command, context: Context, handle: Handle): void {
  program
    .command('logs')
    .description('what the host of this machine has logged')
    .option('--job <id>', 'only events of this job')
    .option('--lines <n>', 'the newest n', options.wholeNumber, 50)
    .option('--follow', 'go on with new ones until Ctrl-C')
    .option('--json', 'as they are in the file, one JSON document a line')
    .addHelpText('after', HELP)
    .action(handle((given: LogsOptions) => logs(context, given)));
}

const HELP = `
The log of a host that has stopped can be read too. On AWS the functions log to CloudWatch.

Examples:
  gordon-data logs --follow
  gordon-data logs --job 01JD6Z8X5Q0000000000000000 --lines 500`;

/** Of the second line of an event: its words begin behind this. */
const INDENT = 4;

/** How often a file is looked at that is followed. */
const EVERY_MS = 500;

async function logs(context: Context, { job, lines: most, follow, json }: LogsOptions): Promise<number> {
  const file = logFile(context);
  const matches = (line: string): boolean => job === undefined || isAbout(line, job);
  const show = (lines: readonly string[]): void => {
    const shown = json
      ? lines
      : lines.flatMap((line) => wrapText(logLine(line, context.paint), context.width, INDENT));
    say(context.terminal.out, ...shown);
  };
  const tail = lastLines(file, most, matches);
  show(tail.lines);
  if (tail.lines.length === 0 && !follow && !json) {
    print(context, job === undefined ? `${file} is empty` : `${file} has nothing about job ${job}`);
  }
  if (!follow) return 0;
  using stop = stopOn(context.terminal);
  try {
    for (let from = tail.end; ; ) {
      await context.terminal.sleep(EVERY_MS, stop.signal);
      const more = linesFrom(file, from);
      show(more.lines.filter(matches));
      from = more.end;
    }
  } catch (error) {
    // Ctrl-C is how it ends.
    if (error instanceof Interrupted) return 0;
    throw error;
  }
}

/** That of the running host, or the newest of those that ran. @throws CliError */
function logFile(context: Context): string {
  const host = context.runningHost();
  if (host?.logFile) return host.logFile;
  if (host) throw new CliError('the host logs to the terminal that it was started on');
  const [newest] = ['demo', 'live']
    .map((mode) => join(GORDON_DIR, `${mode}.log`))
    .filter((file) => existsSync(file))
    .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (newest) return newest;
  throw new CliError('no host has run here: start one with `make dev-up`');
}
