import { describeJobStore } from '../../conformance/job-store.ts';
import { memoryJobTable } from '../../conformance/job-table.ts';

describeJobStore(memoryJobTable);
