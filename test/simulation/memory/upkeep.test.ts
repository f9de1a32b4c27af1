import { describeUpkeep } from '../../conformance/upkeep.ts';
import { memoryWarehouse } from '../../conformance/warehouse.ts';

describeUpkeep(memoryWarehouse);
