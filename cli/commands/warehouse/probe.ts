import { closeSync, openSync, writeSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import type { Command } from 'commander';
import { toHttpRequest } from '../../../functions/core/probe/check.ts';
import type { CheckResult, ProbeResult } from '../../../functions/core/probe/run-checks.ts';
import type { Variables } from '../../../functions/runtime/venues/hosts.ts';
import { sources } from '../../../functions/sources/index.ts';
import { checks, probedVenues } from '../../../functions/sources/probe/index.ts';
import { badInput } from '../../failure.ts';
import { isSound, reportLines, reportOf, verdictLine } from '../../probe/report.ts';
import { hostsOf, isElsewhere, probeVenues } from '../../probe/venues.ts';
import { say } from '../../terminal.ts';
import { type Context, checkedUrl, runningDemo } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';

export interface ProbeOptions {
  readonly venue?: string[];
  readonly json?: boolean;
  readonly out?: string;
}

const HELP = `
Venues: ${probedVenues.join(', ')}.

Some 80 requests in all, through the budgets of the host of this machine where one runs. The report has no key, address,
name or path of this machine: paste it into an issue. What was seen is kept in market_data.probes, where there is a
database, and doctor says which adapters were seen to hold. FRED is left out without FRED_API_KEY. While the demo runs,
its simulated venues are probed.

Examples:
  gordon-data probe
  gordon-data probe --venue bybit,deribit --out report.md

Exit codes: 0 everything holds; 1 something differs, or a venue could not be queried; 2 bad options`;

export function addProbe(program: Command, context: Context, handle: Handle): void {
  program
    .command('probe')
    .description('compare the live venues with what the adapters take for granted, and report')
    .option('--venue <list>', 'only these, with commas between them', options.oneOfEach(probedVenues))
    .option('--json', 'the report as one JSON document')
    .option('--out <file>', 'write the report there')
    .addHelpText('after', HELP)
    .action(handle((given: ProbeOptions) => probe(context, given, program.version() ?? '')));
}

/** @returns the exit code */
async function probe(context: Context, given: ProbeOptions, version: string): Promise<number> {
  const { terminal } = context;
  const demo = runningDemo(context);
  const host = demo ?? (terminal.env.GORDON_API_URL ? undefined : context.runningHost());
  const env = await environmentOf(terminal.env, demo?.simulatorUrl, host?.venueHosts);
  const chosen = checks.filter(({ venue }) => given.venue?.includes(venue) ?? true);
  const now = terminal.clock();
  const elsewhere = hostsOf(chosen, now).filter((one) => isElsewhere(one, env));
  // Before a minute is spent on what cannot be written.
  const file = given.out === undefined ? undefined : opened(given.out);
  try {
    const result = await probeVenues(chosen, { env, clock: terminal.clock, jobFile: host?.jobFile });
    const addresses = {
      simulated: demo !== undefined || env.GORDON_SIMULATED === '1',
      elsewhere: elsewhere.map((one) => one.env),
    };
    const report = reportOf(result, addresses, { version, now, privateWords: privateWords(env) });
    const text = given.json ? JSON.stringify(report, null, 2) : reportLines(report).join('\n');
    if (file === undefined) say(terminal.out, text);
    else {
      writeSync(file, `${text}\n`);
      say(terminal.out, verdictLine(report));
    }
    await mark(context, result, (result) =>
      result.check.requests(now).every((one) => !isElsewhere(toHttpRequest(one).host, env)),
    );
    return isSound(report) ? 0 : 1;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Addresses and keys: those of the demo, or those of this shell and, where it has none, of the running host. */
async function environmentOf(
  own: Variables,
  simulatorUrl: string | undefined,
  venueHosts: Variables | undefined,
): Promise<Variables> {
  if (simulatorUrl !== undefined) {
    const { environmentAt } = await import('../../../simulator/registry.ts');
    return environmentAt(simulatorUrl);
  }
  const { withKeys } = await import('../../../functions/runtime/secrets/secrets.ts');
  const keys = Object.values(sources).flatMap(({ key }) => (key ? [key.env] : []));
  return withKeys({ ...venueHosts, ...own }, keys);
}

function opened(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw badInput(`--out ${path} cannot be written: ${(error as Error).message}`);
  }
}

/** What a venue's words must not carry into a report. */
const privateWords = (env: Variables): string[] => [
  hostname(),
  homedir(),
  process.cwd(),
  ...Object.values(sources).flatMap(({ key }) => (key && env[key.env] ? [env[key.env]!] : [])),
];

/** Keeps the judgements where there is a database; says on the side whether it did. */
async function mark(
  context: Context,
  { results }: ProbeResult,
  isOwn: (result: CheckResult) => boolean,
): Promise<void> {
  const { terminal } = context;
  const { GORDON_DATABASE_URL: given } = terminal.env;
  const host = runningDemo(context) ?? (given ? undefined : context.runningHost());
  const url = host?.databaseUrl ?? (given && checkedUrl(given));
  if (!url) {
    say(terminal.err, 'Not kept: no host runs here, and GORDON_DATABASE_URL is not set.');
    return;
  }
  const { connect, databasePlace } = await import('../../../functions/stores/postgres/postgres.ts');
  const { saveProbes } = await import('../../../functions/stores/watch/probes.ts');
  const sql = connect(url, { role: 'gordon_writer', max: 1, application: 'gordon-data probe' });
  try {
    const kept = await saveProbes(sql, results, isOwn);
    say(terminal.err, `${kept} judgements are kept in market_data.probes of ${databasePlace(url)}.`);
  } finally {
    await sql.end();
  }
}
