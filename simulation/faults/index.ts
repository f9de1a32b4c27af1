import { CONTENT_FAULTS } from './content-faults.ts';
import type { RunFault } from './drawing.ts';
import { MARKET_FAULTS } from './market-faults.ts';
import { WIRE_FAULTS } from './wire-faults.ts';

/** All that goes wrong at the venues of a run. */
export const FAULTS: readonly RunFault[] = [...MARKET_FAULTS, ...CONTENT_FAULTS, ...WIRE_FAULTS];
