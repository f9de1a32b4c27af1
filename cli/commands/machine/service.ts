import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { installService, refuseHidden } from '../../../host/service/install.ts';
import { SERVICE, SETTINGS_FILE, serviceUnit, UNIT_FILE } from '../../../host/service/unit.ts';
import { type Context, print } from '../context.ts';
import type { Handle } from '../handle.ts';

const PROGRAM = {
  node: process.execPath,
  launcher: fileURLToPath(new URL('../../../bin/gordon-data', import.meta.url)),
};

interface InstallOptions {
  readonly dryRun?: boolean;
}

export function addService(program: Command, context: Context, handle: Handle): void {
  program
    .command('service')
    .description('gordon-data as a service of systemd, in a sandbox')
    .command('install')
    .description(`write ${UNIT_FILE}, enable it and start it; needs root`)
    .option('--dry-run', 'print the unit and change nothing')
    .addHelpText('after', HELP)
    .action(handle((given: InstallOptions) => install(context, given)));
}

const HELP = `
The service has a user of its own, keeps its data in /var/lib/${SERVICE} and reads its settings from ${SETTINGS_FILE},
such as GORDON_LISTEN, GORDON_API_TOKEN or keys. Remove it with systemctl disable --now ${SERVICE}; its data are kept.

Example:
  gordon-data service install --dry-run | systemd-analyze verify /dev/stdin`;

async function install(context: Context, { dryRun = false }: InstallOptions): Promise<number> {
  if (dryRun) {
    refuseHidden(PROGRAM);
    context.terminal.out.write(serviceUnit(PROGRAM));
    return 0;
  }
  await installService(PROGRAM);
  print(context, `gordon-data runs as a service; its log: journalctl --unit ${SERVICE} --follow`);
  return 0;
}
