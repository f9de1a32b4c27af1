/** A permission that roles have and that no function used in the scenario. */
export interface Unused {
  /** `action on resource` */
  readonly grant: string;
  /** why it is allowed all the same */
  readonly why: string;
  /** constructs of the functions */
  readonly of: string;
}

const ONE_KIND =
  'Access to the job table is of two kinds, to read or to write. Its items are the program’s own and hold no secret, so a cut by function gains nothing.';

/**
 * Who makes a function use one of these takes it off the list; who gives a function more access uses it in the scenario or states the reason here.
 */
export const UNUSED: readonly Unused[] = [
  {
    grant: 'dynamodb:DeleteItem on table/JobTable',
    why: `${ONE_KIND} It gives back a key of an order that was refused, a lease, and the rows of a chunk that was noted provisionally.`,
    of: 'AuditGaps CancelJob CreateJob ExecutionStopped ExportMonths FailJob FetchChunk FinalizeJob LoadCandles PlanWave RecordChunkFailure Refresh Unfollow Verify WatchArchives WatchHistories WatchInstruments',
  },
  {
    grant: 'dynamodb:GetItem on table/JobTable',
    why: ONE_KIND,
    of: 'CancelJob Coverage ExportMonths FailJob InspectCandles ListJobs RecordChunkFailure RefreshAggregates Unfollow WatchHistories',
  },
  {
    grant: 'dynamodb:PutItem on table/JobTable',
    why: `${ONE_KIND} It notes leases, orders and the reading of a clock.`,
    of: 'CancelJob ExecutionStopped FailJob FetchChunk FinalizeJob PlanWave RecordChunkFailure Unfollow Verify',
  },
  {
    grant: 'dynamodb:Query on table/JobTable',
    why: ONE_KIND,
    of: 'AuditGaps CancelJob Coverage CreateJob ExportMonths FetchChunk Health InspectCandles ListJobs LoadCandles Metrics RecordChunkFailure Refresh RefreshAggregates Status Unfollow Verify WatchArchives WatchHistories WatchInstruments',
  },
  {
    grant: 'dynamodb:Query on table/JobTable/index/by_status',
    why: `${ONE_KIND} A purge looks there for jobs at work.`,
    of: 'CancelJob CreateJob ExecutionStopped ExportMonths FailJob FetchChunk FinalizeJob GetJob LoadCandles Metrics PlanWave RecordChunkFailure RefreshAggregates Status Unfollow Verify WatchArchives WatchHistories WatchInstruments',
  },
  {
    grant: 'dynamodb:UpdateItem on table/JobTable',
    why: `${ONE_KIND} A request to a venue takes from a budget with it.`,
    of: 'AuditGaps ExportMonths LoadCandles Refresh Unfollow Verify WatchArchives WatchHistories',
  },
  {
    grant: 'events:PutEvents on event-bus/Bus',
    why: 'The audit publishes gaps that expire within days; in the scenario there are none.',
    of: 'AuditGaps',
  },
  {
    grant: 's3:AbortMultipartUpload on exportsbucket/gordon-data/*',
    why: 'A month above 16 MB is sent in parts, which are given up when one fails.',
    of: 'ExportMonths',
  },
  {
    grant: 's3:AbortMultipartUpload on filesbucket/*',
    why: 'A file is sent in parts while it is made, and given up when a part fails.',
    of: 'PrepareFile',
  },
];

/** What Lambda itself does with the function's role; no code of a function calls it. */
export const PLATFORM =
  /^(logs:(CreateLogStream|PutLogEvents)|xray:|sqs:(GetQueueAttributes|GetQueueUrl|SendMessage)) ?/;
