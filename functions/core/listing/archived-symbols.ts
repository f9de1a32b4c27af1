import type { VenueClient } from '../fetch/ports.ts';
import type { SymbolFolders } from '../series/universe.ts';

/**
 * Names of the folders that an archive has for symbols, each once: a symbol may be in one of its trees only.
 * @returns undefined when the archive has no such folder
 * @throws as `VenueClient` and `SymbolFolders` do
 */
export async function archivedSymbols(
  venue: VenueClient,
  folders: readonly SymbolFolders[],
): Promise<ReadonlySet<string> | undefined> {
  const found = new Set<string>();
  for (const folder of folders) {
    for (let after: string | undefined; ; ) {
      const answer = await venue.get(folder.request(after));
      if (!answer) return undefined;
      const { symbols, next } = folder.parse(answer.body);
      for (const symbol of symbols) found.add(symbol);
      if (next === undefined) break;
      after = next;
    }
  }
  return found;
}
