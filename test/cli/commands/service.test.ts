import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { refuseHidden } from '../../../host/service/install.ts';
import { serviceUnit } from '../../../host/service/unit.ts';
import { gordon } from '../support/run.ts';

const run = promisify(execFile);
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
const why = hasSystemd ? '' : ': systemd-analyze is not installed';

/** Of 100; 0 is a service that can do nothing. Ordinary services have more than 90. */
const MOST_EXPOSED = 20;

describe('gordon-data service install', () => {
  it('prints the unit and changes nothing with --dry-run', async () => {
    const { code, stdout } = await gordon(['service', 'install', '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\[Unit\]/);
    expect(stdout).toMatch(/^ExecStart=\/\S+ \/\S+\/bin\/gordon-data up --foreground$/m);
    expect(stdout).not.toMatch(/undefined/);
  });

  it('refuses a program that its sandbox would hide', () => {
    const hidden = {
      node: '/home/me/.nvm/bin/node',
      launcher: '/usr/lib/node_modules/gordon-data/bin/gordon-data',
    };
    expect(() => refuseHidden(hidden)).toThrow(
      expect.objectContaining({
        code: 'service-not-installed',
        message: expect.stringContaining(hidden.node),
      }),
    );
  });

  it('quotes paths as systemd reads them', () => {
    const unit = serviceUnit({ node: '/opt/my node/bin/node', launcher: '/opt/100%/bin/gordon-data' });
    expect(unit).toContain(
      'ExecStart="/opt/my node/bin/node" "/opt/100%%/bin/gordon-data" up --foreground\n',
    );
  });

  it.skipIf(!hasSystemd)(`is a unit that systemd takes, and a tight sandbox${why}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gordon-unit-'));
    try {
      const file = join(folder, 'gordon-data.service');
      writeFileSync(
        file,
        serviceUnit({ node: process.execPath, launcher: join(process.cwd(), 'bin/gordon-data') }),
      );
      const { stderr } = await run('systemd-analyze', ['verify', '--man=no', file]);
      expect(stderr.split('\n').filter((line) => line.includes('gordon-data'))).toEqual([]);
      const threshold = `--threshold=${MOST_EXPOSED}`;
      await run('systemd-analyze', ['security', '--offline=true', threshold, file]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
