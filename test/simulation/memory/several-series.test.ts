import { describeSeveralSeries } from '../../conformance/several-series.ts';
import { memoryWarehouse } from '../../conformance/warehouse.ts';

describeSeveralSeries(memoryWarehouse);
