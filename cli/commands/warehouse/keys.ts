import type { Command } from 'commander';
import { USUAL_KEY } from '../../../host/export-settings.ts';
import { generateKey, listKeys, type NamedKey, readKey } from '../../export/key-store.ts';
import { table } from '../../format/table.ts';
import { type Context, print, printJson } from '../context.ts';
import type { Handle } from '../handle.ts';

interface KeysOptions {
  readonly json?: boolean;
}

export function addKeys(program: Command, context: Context, handle: Handle): void {
  const keys = program.command('keys').description('your keys, with which exports are signed');
  keys
    .command('generate')
    .description(`make a key; the private part stays in a file that only you can read`)
    .argument('[name]', 'its name', USUAL_KEY)
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action(
      handle(async (name: string, { json }: KeysOptions) =>
        show(context, generateKey(context.terminal.env, name), json),
      ),
    );
  keys
    .command('show')
    .description('print the public part of a key: publish it, and others can check your exports')
    .argument('[name]', 'its name', USUAL_KEY)
    .option('--json', 'print one JSON document')
    .action(
      handle(async (name: string, { json }: KeysOptions) =>
        show(context, readKey(context.terminal.env, name), json),
      ),
    );
  keys
    .command('list')
    .description('all keys')
    .option('--json', 'print one JSON document')
    .action(handle(async ({ json }: KeysOptions) => list(context, json)));
}

const HELP = `
An export is signed with the key "${USUAL_KEY}" where there is one. Keys lie in .gordon/keys of the clone, or in the folder that
GORDON_KEYS names. Keep a copy: without the file nobody can ever sign with that key again.

Example:
  gordon-data keys generate && gordon-data keys show > publisher.pub`;

const viewOf = ({ name, file, signer }: NamedKey) => ({
  name,
  id: signer.id,
  public_key: signer.publicKey,
  file,
});

function show(context: Context, key: NamedKey, json = false): number {
  if (json) printJson(context, viewOf(key));
  else print(context, key.signer.publicKey);
  return 0;
}

const COLUMNS = [{ title: 'Name' }, { title: 'Id' }, { title: 'Public key' }];

function list(context: Context, json = false): number {
  const keys = listKeys(context.terminal.env);
  if (json) printJson(context, keys.map(viewOf));
  else if (keys.length === 0) print(context, 'No keys. Make one: gordon-data keys generate');
  else {
    const rows = keys.map(({ name, signer }) => [name, signer.id, signer.publicKey]);
    print(context, ...table(COLUMNS, rows, context));
  }
  return 0;
}
