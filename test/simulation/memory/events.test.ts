import { describeEvents } from '../../conformance/events.ts';
import { memoryWarehouse } from '../../conformance/warehouse.ts';

describeEvents(memoryWarehouse);
