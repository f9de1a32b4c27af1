declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** @param options `path`: folder of the LevelDB; absent: in memory */
  export default function dynalite(options: { path?: string; createTableMs?: number }): Server;
}
