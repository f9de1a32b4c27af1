import type { MemoryWarehouse } from '../memory/ledger/warehouse.ts';

/** Until the stores have their own. */
export const backupOf = (_warehouse: MemoryWarehouse): unknown => undefined;
export const restoreBackup = (_warehouse: MemoryWarehouse, _backup: unknown): void => undefined;
