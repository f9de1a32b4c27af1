import { describeSeriesStore } from '../../conformance/series-store.ts';
import { memoryWarehouse } from '../../conformance/warehouse.ts';

describeSeriesStore(memoryWarehouse);
