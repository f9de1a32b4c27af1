import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const run = (program: string, args: readonly string[], cwd = '/'): void => {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
};

/** `debian:SUITE-slim` leaves these out. */
const NOT_IN_SLIM = ['share/doc', 'share/man', 'share/info', 'share/locale', 'share/lintian', 'share/linda'];

/**
 * What `node:VERSION-SUITE-slim` has, as far as registries have its parts: Debian's smallest system by debootstrap, Node.js with
 * its headers, npm, corepack and yarn from npm, and the user `node`. Made once for each version.
 * @returns its folder
 */
export function baseImage(image: string, work: string): string {
  const [, version, suite] = /^node:([\d.]+)-([a-z]+)-slim$/.exec(image) ?? [];
  if (!version || !suite) throw new Error(`the replay makes no ${image}, but node:VERSION-SUITE-slim`);
  const folder = join(work, `node-${version}-${suite}-slim`);
  if (existsSync(folder)) return folder;
  const half = `${folder}.half`;
  rmSync(half, { recursive: true, force: true });
  debian(suite, half, work);
  node(version, half, work);
  renameSync(half, folder);
  return folder;
}

function debian(suite: string, folder: string, work: string): void {
  const kept = join(work, `debian-${suite}`);
  if (!existsSync(join(kept, 'etc/debian_version'))) {
    rmSync(kept, { recursive: true, force: true });
    run('debootstrap', ['--variant=minbase', suite, kept]);
  }
  run('cp', ['--archive', kept, folder]);
  for (const one of NOT_IN_SLIM) rmSync(join(folder, 'usr', one), { recursive: true, force: true });
  for (const one of ['var/cache/apt', 'var/lib/apt/lists', 'var/log', 'var/cache/debconf']) {
    for (const name of readdirSync(join(folder, one))) {
      rmSync(join(folder, one, name), { recursive: true, force: true });
    }
  }
  // An engine lays its own file over it.
  writeFileSync(join(folder, 'etc/hosts'), '');
  run('chroot', [folder, 'groupadd', '--gid', '1000', 'node']);
  run('chroot', [
    folder,
    'useradd',
    '--uid',
    '1000',
    '--gid',
    'node',
    '--shell',
    '/bin/bash',
    '--create-home',
    'node',
  ]);
}

function node(version: string, folder: string, work: string): void {
  const local = join(folder, 'usr/local');
  unpack(`node-linux-${process.arch}@${version}`, local, work);
  const modules = join(local, 'lib/node_modules');
  const yarn = join(folder, 'opt/yarn-v1.22.22');
  unpack('npm@11', join(modules, 'npm'), work);
  unpack('corepack@latest', join(modules, 'corepack'), work);
  unpack('yarn@1.22.22', yarn, work);
  const links = {
    npm: '../lib/node_modules/npm/bin/npm-cli.js',
    npx: '../lib/node_modules/npm/bin/npx-cli.js',
    corepack: '../lib/node_modules/corepack/dist/corepack.js',
    yarn: '/opt/yarn-v1.22.22/bin/yarn',
    yarnpkg: '/opt/yarn-v1.22.22/bin/yarnpkg',
  };
  for (const [name, to] of Object.entries(links)) symlinkSync(to, join(local, 'bin', name));
  // Node's slim image drops the headers of OpenSSL for other processors; this one has no use for any.
  rmSync(join(local, 'include/node/openssl'), { recursive: true, force: true });
}

function unpack(what: string, to: string, work: string): void {
  mkdirSync(to, { recursive: true });
  const packed = execFileSync('npm', ['pack', what, '--silent', '--pack-destination', work], {
    encoding: 'utf8',
  });
  const tarball = join(work, packed.trim().split('\n').at(-1)!);
  run('tar', ['-xzf', tarball, '--strip-components=1', '--no-same-owner', '-C', to]);
  rmSync(tarball);
}
