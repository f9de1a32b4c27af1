/** Where the host serves its two APIs, and `GORDON_JOBS_PORT` and `GORDON_CANDLES_PORT` name others. */
export const apiPorts = (env: Readonly<Record<string, string | undefined>>) => ({
  jobs: Number(env.GORDON_JOBS_PORT ?? 8081),
  candles: Number(env.GORDON_CANDLES_PORT ?? 3000),
});
