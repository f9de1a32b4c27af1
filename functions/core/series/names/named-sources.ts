import { badRequest } from '../../errors/bad-request.ts';
import type { GordonError } from '../../errors/errors.ts';
import { FAMILIES, type Source, type Sources } from '../source.ts';
import { didYouMean } from './closest.ts';

/** The sources of a family (`klines`: both markets), or one by its id (`klines_spot`). @throws GordonError `unknown-source` */
export function sourcesNamed(sources: Sources, word: string): readonly Source[] {
  const chosen = Object.values(sources).filter(({ family, id }) => family === word || id === word);
  if (chosen.length > 0) return chosen;
  throw unknownSource(sources, word);
}

/**
 * The sources that an order is about: those of a family without the ones that are ordered by their own name, unless it has no others.
 * @throws GordonError `unknown-source`
 */
export function sourcesToOrder(sources: Sources, word: string): readonly Source[] {
  const named = sourcesNamed(sources, word);
  const byWord = named.filter(({ id, byName }) => id === word || !byName);
  return byWord.length > 0 ? byWord : named;
}

/** Every word that names sources: the families that have one, and the ids. */
export function sourceWords(sources: Sources): string[] {
  const known = Object.values(sources);
  const families = FAMILIES.filter((family) => known.some((one) => one.family === family));
  return [...new Set([...families, ...known.map(({ id }) => id)])];
}

/** The error for a word that names no source, with what it may mean. */
export function unknownSource(sources: Sources, word: string): GordonError {
  const meant = didYouMean(word, sourceWords(sources));
  const families = [...new Set(Object.values(sources).map(({ family }) => family))];
  const remedy = meant || `Use one of: ${families.join(', ')}.`;
  return badRequest('unknown-source', word, 'there is no such source.', remedy);
}
