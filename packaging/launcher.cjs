#!/usr/bin/env node
// The launcher of the npm package: plain JavaScript that an old Node.js can read, to say that it is too old.
'use strict';
const { homedir } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`gordon-data: it needs Node.js 22.15 or newer, and this is ${process.version}\n`);
  process.exitCode = 1;
} else {
  const { env } = process;
  // Its own folder belongs to npm, which empties it with each update.
  env.GORDON_DIR ??= join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'gordon-data');
  env.NODE_COMPILE_CACHE ??= join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gordon-data');
  require('node:module').enableCompileCache(env.NODE_COMPILE_CACHE);
  import(pathToFileURL(join(__dirname, '..', 'cli', 'gordon-data.js')).href);
}
