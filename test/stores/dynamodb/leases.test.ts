import { dynamoJobTable } from '../../conformance/job-table.ts';
import { describeLeases } from '../../conformance/leases.ts';

describeLeases(dynamoJobTable);
