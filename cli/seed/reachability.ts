import { describeError } from '../../functions/core/errors/errors.ts';
import { sampleRequests } from '../../functions/core/queries/sample-requests.ts';
import type { Sources } from '../../functions/core/series/source.ts';
import type { HttpRequest } from '../../functions/core/series/venue.ts';
import { baseUrl, type Variables } from '../../functions/runtime/venues/hosts.ts';
import type { HostState } from '../../host/state-file.ts';
import { PATIENCE_MS, type Reached, reach } from '../doctor/venues.ts';
import { oneLine } from '../failure.ts';
import { type Stage, sourcesOfStage } from './stages.ts';

/** A venue's host that stages need. */
export interface Contact {
  /** with its port, as people know it */
  readonly place: string;
  readonly base: string;
  /** a cheap one, as one of the sources puts it */
  readonly request: HttpRequest;
  readonly sources: readonly string[];
}

/**
 * The hosts that the stages are about to use, each once. A source whose key is missing uses none: it will be skipped.
 * @param keys names of the variables of those keys that there are
 */
export function hostsToReach(
  stages: readonly Stage[],
  sources: Sources,
  variables: Variables,
  keys: readonly string[],
): Contact[] {
  const contacts = new Map<string, Contact>();
  const used = [...new Set(stages.flatMap((stage) => sourcesOfStage(stage, sources)))].filter(
    ({ key }) => !key || keys.includes(key.env),
  );
  for (const source of used) {
    for (const request of sampleRequests(source)) {
      const base = baseUrl(request.host, variables);
      const place = new URL(base).host;
      const known = contacts.get(place);
      contacts.set(place, {
        place,
        base: known?.base ?? base,
        request: known?.request ?? request,
        sources: [...new Set(known?.sources).add(source.id)],
      });
    }
  }
  return [...contacts.values()];
}

/** Tries all at once, so that it takes as long as the slowest: a few seconds at most. */
export const reachAll = (contacts: readonly Contact[]): Promise<[Contact, Reached][]> =>
  Promise.all(
    contacts.map(
      async (contact): Promise<[Contact, Reached]> => [contact, await reach(contact.request, contact.base)],
    ),
  );

/** What to print about the hosts, and which stages have none left. */
export interface Findings {
  readonly lines: readonly string[];
  readonly without: readonly Stage[];
  /** none of the hosts can be reached */
  readonly isCutOff: boolean;
}

export function findings(
  stages: readonly Stage[],
  known: Sources,
  tried: readonly (readonly [Contact, Reached])[],
): Findings {
  const reachable = tried.filter(([, { kind }]) => kind !== 'unreachable').map(([contact]) => contact);
  const hosts = tried.map(([contact]) => contact);
  const uses = (stage: Stage): ((contact: Contact) => boolean) => {
    const ids = sourcesOfStage(stage, known).map(({ id }) => id);
    return ({ sources }) => ids.some((id) => sources.includes(id));
  };
  return {
    lines: tried.flatMap(([contact, reached]) => lineOf(contact, reached) ?? []),
    without: stages.filter((stage) => hosts.some(uses(stage)) && !reachable.some(uses(stage))),
    isCutOff: hosts.length > 0 && reachable.length === 0,
  };
}

function lineOf({ place, sources }: Contact, reached: Reached): string | undefined {
  const users = `needed by ${sources.join(', ')}`;
  if (reached.kind === 'unreachable') return `${place} can't be reached: ${whyNot(reached.error)}; ${users}`;
  if (reached.kind === 'stalled' || reached.verdict.kind !== 'region') return undefined;
  const { message, remedy } = reached.verdict;
  return oneLine(`${place} answers, and refuses this address: ${message}; ${users}. ${remedy}`);
}

function whyNot(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no answer within ${PATIENCE_MS / 1_000} s`;
  return oneLine(describeError(error).replace(/^fetch failed: /, ''));
}

/** Whether an API's address is that of the host on this machine. */
export function isOwnHost(url: string, { ports }: HostState): boolean {
  const { hostname, port } = new URL(url);
  return /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname) && Number(port) === ports.jobs;
}
