import type { VenuePorts } from './fetch-context.ts';

/** An archive object comes with its checksum. */
const PER_OBJECT = 2;

export interface Counted<Ports> {
  readonly ports: Ports;
  /** requests made since the last call */
  taken(): number;
}

/** The same ports with a count of the requests to venues, refused or not. Retries of the connection are not counted. */
export function withRequestCount<Ports extends VenuePorts>(ports: Ports): Counted<Ports> {
  let requests = 0;
  return {
    ports: {
      ...ports,
      venue: {
        get: (request) => {
          requests += 1;
          return ports.venue.get(request);
        },
      },
      archive: {
        read: (object) => {
          requests += PER_OBJECT;
          return ports.archive.read(object);
        },
      },
    } satisfies VenuePorts & Ports,
    taken() {
      const made = requests;
      requests = 0;
      return made;
    },
  };
}
