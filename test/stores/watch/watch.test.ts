import { postgresWarehouse } from '../../conformance/warehouse.ts';
import { describeWatch } from '../../conformance/watch.ts';

describeWatch(postgresWarehouse);
