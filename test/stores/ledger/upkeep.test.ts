import { describeUpkeep } from '../../conformance/upkeep.ts';
import { postgresWarehouse } from '../../conformance/warehouse.ts';

describeUpkeep(postgresWarehouse);
