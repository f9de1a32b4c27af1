import type { FillPorts } from './fetch-context.ts';

/** An archive object comes with its checksum. */
const PER_OBJECT = 2;

export interface Counted<Ports> {
  readonly ports: Ports;
  /** requests made since this was asked last */
  taken(): number;
}

/** The same ports, which count what is asked of venues, refused or not. What the connection makes them repeat is not seen. */
export function withRequestCount<Ports extends FillPorts>(ports: Ports): Counted<Ports> {
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
    } satisfies FillPorts & Ports,
    taken() {
      const made = requests;
      requests = 0;
      return made;
    },
  };
}
