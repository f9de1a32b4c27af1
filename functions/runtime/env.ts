import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { GordonError } from '../core/errors/errors.ts';
import type { Variables } from './venues/hosts.ts';

/** What the functions read from their environment. Hosts of venues have variables of their own, named by the source. */
const Env = z.object({
  /** the warehouse; like every variable it may come from a secret, named by `GORDON_DATABASE_URL_SECRET_ARN` */
  GORDON_DATABASE_URL: z.string().optional(),
  /** a login that writes rows and ledger, for what does only that; by default that of GORDON_DATABASE_URL takes the writer's role */
  GORDON_WRITER_URL: z.string().optional(),
  /** a login that may do nothing but read, for what only reads; by default that of GORDON_DATABASE_URL takes the reader's role */
  GORDON_READER_URL: z.string().optional(),
  /** the login that owns the aggregates, for those that refresh them; GORDON_DATABASE_URL by default */
  GORDON_AGGREGATES_URL: z.string().optional(),
  GORDON_JOB_TABLE: z.string().default('gordon-jobs'),
  GORDON_STATE_MACHINE_ARN: z.string().optional(),
  /** name of the EventBridge bus that gets an event when a job ends */
  GORDON_EVENT_BUS: z.string().optional(),
  /** names the address that venues see: workers behind one address share its rate budgets */
  GORDON_EGRESS: z.string().default('default'),
  /** `1` when the venues are simulated; shown wherever data are shown */
  GORDON_SIMULATED: z.enum(['0', '1']).default('0'),
  /** how often gaps are searched for, in minutes: what EventBridge does by the manifest, a host does by this */
  GORDON_AUDIT_MINUTES: z.coerce.number().int().min(1).max(60).default(60),
  /** where files of Parquet and Arrow are kept to be served again */
  GORDON_SPOOL: z.string().default(join(tmpdir(), 'gordon-data-spool')),
  /** most MB of them together */
  GORDON_SPOOL_MB: z.coerce.number().int().min(1).default(4_096),
  /** the bucket of files that are too large for an answer, where answers cannot be streamed */
  GORDON_FILE_BUCKET: z.string().optional(),
  /** the function that makes them */
  GORDON_FILE_MAKER: z.string().optional(),
  /** the folder or `s3://bucket/prefix` that the schedule "export" keeps up to date; absent: it does nothing */
  GORDON_EXPORT_TO: z.string().optional(),
  /** the private key that signs it, PEM */
  GORDON_EXPORT_KEY: z.string().optional(),
  /** whose tokens open the API, where it requires tokens */
  GORDON_JWT_ISSUER: z.string().optional(),
  GORDON_JWT_AUDIENCE: z.string().optional(),
  /** what the scopes of these tokens begin with; absent: every token may do everything */
  GORDON_JWT_SCOPES: z.string().optional(),
});
export type Env = z.infer<typeof Env>;

/** @throws GordonError `bad-environment` that names the variable */
export function readEnv(env: Variables): Env {
  const parsed = Env.safeParse(env);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new GordonError({
    code: 'bad-environment',
    subject: String(issue.path[0]),
    message: `${issue.message}.`,
  });
}

/** @throws GordonError `bad-environment` */
export function required(
  env: Env,
  name: Exclude<keyof Env, 'GORDON_AUDIT_MINUTES' | 'GORDON_SPOOL_MB'>,
): string {
  const value = env[name];
  if (value) return value;
  throw new GordonError({
    code: 'bad-environment',
    subject: name,
    message: 'is not set.',
  });
}
