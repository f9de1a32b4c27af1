import { describeSeriesCatalog } from '../../conformance/series-catalog.ts';
import { memoryWarehouse } from '../../conformance/warehouse.ts';

describeSeriesCatalog(memoryWarehouse);
