import { describeSeveralSeries } from '../../conformance/several-series.ts';
import { postgresWarehouse } from '../../conformance/warehouse.ts';

describeSeveralSeries(postgresWarehouse);
