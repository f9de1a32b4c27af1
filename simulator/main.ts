import { parseArgs } from 'node:util';
import { startVenues } from './index.ts';

/**
 * The simulator as a process: `main.ts [--port N] [--seed TEXT] [--cache-dir DIR]`, or GORDON_VENUES_PORT, _SEED and
 * _CACHE_DIR. Prints one line of JSON, `{port, url, env}`, when it listens; ends on SIGTERM, SIGINT or with its parent.
 */
const { values } = parseArgs({
  options: { port: { type: 'string' }, seed: { type: 'string' }, 'cache-dir': { type: 'string' } },
});
const { env } = process;
const port = Number(values.port ?? env.GORDON_VENUES_PORT ?? 0);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`venues simulator: --port (GORDON_VENUES_PORT) must be 0 to 65535`);
  process.exit(2);
}
const seed = values.seed ?? env.GORDON_VENUES_SEED;
const cacheDir = values['cache-dir'] ?? env.GORDON_VENUES_CACHE_DIR;

const venues = await startVenues({
  port,
  ...(seed === undefined ? {} : { seed }),
  ...(cacheDir === undefined ? {} : { cacheDir }),
});

let ending = false;
const end = (): void => {
  if (ending) return;
  ending = true;
  venues.close().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error('venues simulator:', error);
      process.exit(1);
    },
  );
};
process.on('SIGTERM', end);
process.on('SIGINT', end);
// A parent that is killed closes its IPC channel.
process.on('disconnect', end);

console.log(JSON.stringify({ port: venues.port, url: venues.url, env: venues.env }));
