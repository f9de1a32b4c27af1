import { describeEvents } from '../../conformance/events.ts';
import { postgresWarehouse } from '../../conformance/warehouse.ts';

describeEvents(postgresWarehouse);
