import type { VenuePorts } from './fetch-context.ts';

export interface CountedClients extends Pick<VenuePorts, 'venue' | 'archive'> {
  /** requests made since the last call */
  taken(): number;
  /** the fetch has ended, or will request no object: who joined after it need not wait */
  leave(): void;
}

/**
 * The ways to the venues of one fetch, which joins the others of the process, with a count of the requests, refused or not. Retries
 * of the connection are not counted.
 */
export function withRequestCount({ venue, archive }: Pick<VenuePorts, 'venue' | 'archive'>): CountedClients {
  let requests = 0;
  const inTurn = archive.join?.();
  const leave = (): void => void inTurn?.(() => {});
  return {
    venue: {
      get: (request) => {
        requests += 1;
        leave();
        return venue.get(request);
      },
    },
    archive: {
      read: (object) => {
        requests += object.checksum ? 2 : 1;
        const read = () => archive.read(object);
        return inTurn ? inTurn(read) : read();
      },
    },
    taken() {
      const made = requests;
      requests = 0;
      return made;
    },
    leave,
  };
}
