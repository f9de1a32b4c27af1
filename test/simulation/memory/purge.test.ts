import { describePurge } from '../../conformance/purge.ts';
import { memoryWarehouse } from '../../conformance/warehouse.ts';

describePurge(memoryWarehouse);
