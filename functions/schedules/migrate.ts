import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv, type Uses } from '../runtime/services.ts';
import { migrate } from '../stores/postgres/migrate.ts';

/** A bundle is one file with the migrations beside it; run from the sources, the project's own folder is the one. */
const SHIPPED = fileURLToPath(new URL('sql', import.meta.url));

export const createHandler = eventHandler(
  async ({ databaseUrl, logins }: Uses<'databaseUrl' | 'logins'>, log) => {
    const migrated = await migrate(databaseUrl(), {
      ...(existsSync(SHIPPED) && { folder: SHIPPED }),
      logins: await logins(),
    });
    log.info('migrated', { ...migrated });
    return migrated;
  },
);

export const handler = createHandler(servicesFromEnv);
