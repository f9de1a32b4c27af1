import { describePurge } from '../../conformance/purge.ts';
import { postgresWarehouse } from '../../conformance/warehouse.ts';

describePurge(postgresWarehouse);
