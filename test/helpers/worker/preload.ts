/**
 * Loaded before Vitest's worker, where the files are run once. Vitest's hook of the loader reports each import of each module to the
 * main process, which needs that to watch files: a host has six thousand. Types are blanked, so lines stay as they are, and the maps of
 * packages are read for nothing.
 */
import module from 'node:module';

Object.assign(module, { registerHooks: () => ({ deregister() {} }), setSourceMapsSupport: () => {} });
// What a test forks is a program: it gets none of this.
process.execArgv = [];
