import type { VenuePorts } from './fetch-context.ts';

export interface CountedClients extends Pick<VenuePorts, 'venue' | 'archive'> {
  /** requests made since the last call */
  taken(): number;
}

/** The ways to the venues with a count of the requests, refused or not. Retries of the connection are not counted. */
export function withRequestCount({ venue, archive }: Pick<VenuePorts, 'venue' | 'archive'>): CountedClients {
  let requests = 0;
  return {
    venue: {
      get: (request) => {
        requests += 1;
        return venue.get(request);
      },
    },
    archive: {
      read: (object) => {
        requests += object.checksum ? 2 : 1;
        return archive.read(object);
      },
    },
    taken() {
      const made = requests;
      requests = 0;
      return made;
    },
  };
}
