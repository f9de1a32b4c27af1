import type { Sources } from '../core/ports.ts';
import { klines_perp } from './klines_perp.ts';
import { klines_spot } from './klines_spot.ts';

const registry = { klines_spot, klines_perp } as const satisfies Sources;

/** Every source, by its id. A new one is its file and one line above. */
export const sources: Sources = registry;

export type SourceId = keyof typeof registry;
