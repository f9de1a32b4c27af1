import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describeError, GordonError } from '../../functions/core/errors/errors.ts';
import { hiddenFrom, SERVICE, type ServiceProgram, serviceUnit, UNIT_FILE } from './unit.ts';

const run = promisify(execFile);

/**
 * Writes the unit, enables it and starts it.
 * @throws GordonError `service-not-installed`
 */
export async function installService(program: ServiceProgram): Promise<void> {
  refuseHidden(program);
  try {
    await writeFile(UNIT_FILE, serviceUnit(program));
    await run('systemctl', ['daemon-reload']);
    await run('systemctl', ['enable', '--now', SERVICE]);
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    throw notInstalled(describeError(cause), code === 'EACCES' ? 'Run it as root.' : undefined, cause);
  }
}

/** @throws GordonError `service-not-installed` for a program that the sandbox would hide from itself */
export function refuseHidden(program: ServiceProgram): void {
  const hidden = hiddenFrom(program);
  if (hidden.length === 0) return;
  throw notInstalled(
    `the service cannot read ${hidden.join(' and ')}`,
    'Install Node.js and gordon-data for all users: `npm install --global` as root.',
  );
}

const notInstalled = (message: string, remedy?: string, cause?: unknown): GordonError =>
  new GordonError({
    code: 'service-not-installed',
    subject: UNIT_FILE,
    message: `${message}.`,
    ...(remedy !== undefined && { remedy }),
    ...(cause !== undefined && { cause }),
  });
