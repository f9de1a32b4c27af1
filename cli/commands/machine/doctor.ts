import type { Command } from 'commander';
import { sources } from '../../../functions/sources/index.ts';
import { apiPorts } from '../../../host/ports.ts';
import { databaseHealth } from '../../doctor/database.ts';
import { type Diagnosis, diagnosisLines, note } from '../../doctor/diagnosis.ts';
import { apiHealth, hostAndPorts } from '../../doctor/host.ts';
import { informationHealth } from '../../doctor/information.ts';
import { diskSpace, nodeVersion, packages, postgresBinaries } from '../../doctor/machine.ts';
import { probesHealth } from '../../doctor/probes.ts';
import { sampleRequests, venueHealth } from '../../doctor/venues.ts';
import { wrapText } from '../../format/fit.ts';
import { say } from '../../terminal.ts';
import { type Context, databaseUrl, IGNORED, runningDemo } from '../context.ts';
import type { Handle } from '../handle.ts';

export function addDoctor(program: Command, context: Context, handle: Handle): void {
  program
    .command('doctor')
    .description('check everything that has to work, and say what to do')
    .option('--offline', 'do not call the venues')
    .action(handle((given: { offline?: boolean }) => doctor(context, given)));
}

/** Checks everything that has to work. @returns the exit code: 1 when something is broken that matters */
async function doctor(context: Context, given: { readonly offline?: boolean }): Promise<number> {
  const { terminal } = context;
  let healthy = true;
  for (const group of checks(context, given.offline ?? false)) {
    for (const diagnosis of [await group].flat()) {
      const lines = diagnosisLines(diagnosis, context.paint).map(terminal.hint);
      say(terminal.out, ...lines.flatMap((line, i) => wrapText(line, context.width, i === 0 ? 2 : 4)));
      healthy &&= diagnosis.mark !== 'broken';
    }
  }
  return healthy ? 0 : 1;
}

/** All at once, printed in this order. */
function checks(
  context: Context,
  offline: boolean,
): (Diagnosis | Diagnosis[] | Promise<Diagnosis | Diagnosis[]>)[] {
  const { env } = context.terminal;
  const host = context.runningHost();
  const elsewhere = Boolean(env.GORDON_API_URL);
  const database = databaseUrl(context);
  return [
    nodeVersion(),
    packages(),
    postgresBinaries(env),
    diskSpace(),
    elsewhere ? [] : hostAndPorts(host, Object.values(apiPorts(env))),
    host || elsewhere ? apiHealth(context.api()) : [],
    env.GORDON_DATABASE_URL && runningDemo(context) ? note(IGNORED) : [],
    database ? databaseHealth(database) : [],
    database ? informationHealth(database) : [],
    database ? probesHealth(database) : [],
    offline
      ? note('the venues were not called (--offline)')
      : Promise.all(
          sampleRequests(sources).map((request) => venueHealth(request, env, host?.mode === 'live')),
        ),
  ];
}
