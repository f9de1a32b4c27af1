/** A permission that roles have and that no function used in the scenario. */
export interface Unused {
  /** `action on resource` */
  readonly grant: string;
  /** why it is allowed all the same */
  readonly why: string;
  /** constructs of the functions; absent: whichever */
  readonly of?: string;
}

const ONE_KIND =
  'Access to the job table is of two kinds, to read or to write. Its items are the program’s own and hold no secret, so a cut by function gains nothing.';

const BY_SERVICES =
  'DynamoDB’s page on keys names it for whoever uses a table. The key opens nothing by itself: a role has it only through services whose data it may use.';

/**
 * Who makes a function use one of these takes it off the list; who gives a function more access uses it in the scenario or states the reason here.
 */
export const UNUSED: readonly Unused[] = [
  {
    grant: 'dynamodb:DeleteItem on table/JobTable',
    why: `${ONE_KIND} It gives back a key of an order that was refused, a lease, and the rows of a chunk that was noted provisionally.`,
  },
  {
    grant: 'dynamodb:GetItem on table/JobTable',
    why: ONE_KIND,
  },
  {
    grant: 'dynamodb:PutItem on table/JobTable',
    why: `${ONE_KIND} It notes leases, orders and the reading of a clock.`,
  },
  {
    grant: 'dynamodb:Query on table/JobTable',
    why: ONE_KIND,
  },
  {
    grant: 'dynamodb:Query on table/JobTable/index/by_status',
    why: `${ONE_KIND} A purge looks there for jobs at work.`,
  },
  {
    grant: 'dynamodb:UpdateItem on table/JobTable',
    why: `${ONE_KIND} A request to a venue takes from a budget with it.`,
  },
  {
    grant: 'events:PutEvents on event-bus/Bus',
    why: 'The audit publishes gaps that expire within days; in the scenario there are none.',
    of: 'AuditGaps',
  },
  ...['DescribeKey', 'Encrypt', 'ReEncryptFrom', 'ReEncryptTo'].map((action) => ({
    grant: `kms:${action} on key/Key`,
    why: BY_SERVICES,
  })),
  {
    grant: 'kms:GenerateDataKey on key/Key',
    why: `${BY_SERVICES} What is written to a bucket or a secret needs it in any case.`,
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
