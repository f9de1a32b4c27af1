import { badInput } from '../failure.ts';
import { SIMULATED } from '../format/report.ts';
import { seedTable } from '../format/seed.ts';
import { hasFailed, runStage, type StageResult } from '../seed/run-stage.ts';
import { type SeedFlags, seedSettings } from '../seed/settings.ts';
import { type Context, print } from './context.ts';
import { report } from './report.ts';

/** Fills the warehouse family by family. @returns the exit code: 0 when every stage succeeded */
export async function seed(context: Context, flags: SeedFlags): Promise<number> {
  const settings = seedSettings(flags, context.terminal.env, context.terminal.clock());
  if (settings.stages.length === 0) throw badInput('every stage is left out: nothing to do');
  const api = context.api();
  // Also finds out, before anything is announced, whether there is anybody to talk to.
  const { simulated } = await api.health();
  if (simulated) print(context, context.paint('yellow', SIMULATED));
  const { from, to, symbols } = settings;
  print(context, `seeding ${from} to ${to ?? 'now'}, ${symbols?.join(', ') ?? 'the default symbols'}`);
  const results: StageResult[] = [];
  for (const stage of settings.stages) results.push(await runStage(context, api, stage, settings));
  print(context, '', ...seedTable(results, context.terminal.clock(), context.paint), '');
  await report(context, {});
  return results.some(hasFailed) ? 1 : 0;
}
