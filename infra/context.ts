import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';

const ARN = (service: string) => new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:.+`);
const onOff = z.enum(['on', 'off']);
const whole = (most: number) => z.coerce.number().int().min(1).max(most);

/** Whether a file of this machine has certificates. */
function isPem(file: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').includes('-----BEGIN CERTIFICATE-----');
}

/** Days that CloudWatch Logs can keep a log. */
const RETENTION = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653] as const;

/** The options of `cdk -c <option>=<value>`. Exported for the test that compares them with the table in `infra/README.md`. */
export const OPTIONS = {
  stack: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/, 'letters, digits and dashes, 40 at most'),
  host: z.enum(['aws', 'localstack']),
  venues: z.enum(['live', 'simulated']),
  auth: z.enum(['iam', 'api-key', 'cognito', 'jwt']),
  userPool: z.string().regex(ARN('cognito-idp'), 'the ARN of a user pool').optional(),
  jwtIssuer: z.url({ protocol: /^https$/, error: 'an https URL' }).optional(),
  jwtAudience: z.string().min(1).optional(),
  scopes: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,120}$/, 'what the names of scopes begin with')
    .optional(),
  apiRate: whole(10_000),
  apiBurst: whole(5_000),
  apiLogs: onOff,
  vpc: z.string().regex(/^(none|new|vpc-[0-9a-f]{8,17})$/, 'none, new or the id of a VPC'),
  databaseSecret: z.string().regex(ARN('secretsmanager'), 'the ARN of a secret').optional(),
  databaseInsecure: onOff,
  databaseCa: z.string().refine(isPem, 'a file with certificates as PEM').optional(),
  migrate: z.enum(['deploy', 'later']),
  writerSecret: z.string().regex(ARN('secretsmanager'), 'the ARN of a secret').optional(),
  readerSecret: z.string().regex(ARN('secretsmanager'), 'the ARN of a secret').optional(),
  aggregatesSecret: z.string().regex(ARN('secretsmanager'), 'the ARN of a secret').optional(),
  fredSecret: z.string().regex(ARN('secretsmanager'), 'the ARN of a secret').optional(),
  exports: z
    .string()
    .regex(/^(off|new|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/, 'off, new or the name of a bucket'),
  exportKeySecret: z.string().regex(ARN('secretsmanager'), 'the ARN of a secret').optional(),
  files: onOff,
  fetchers: whole(1_000).optional(),
  encryptionKey: z
    .string()
    .regex(/^(aws|new|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/.+)$/, 'aws, new or the ARN of a key'),
  architecture: z.enum(['arm64', 'x86_64']),
  schedules: onOff,
  stateLog: z.enum(['all', 'error']),
  logDays: z.coerce
    .number()
    .refine((days) => RETENTION.some((known) => known === days), `one of ${RETENTION.join(', ')}`),
  alarmEmail: z.email('an address').optional(),
  runbook: z.string().min(1),
  removal: z.enum(['destroy', 'retain']),
};

/** The default of each option. */
export const DEFAULTS = {
  stack: 'GordonData',
  host: 'aws',
  venues: 'live',
  auth: 'iam',
  apiRate: 20,
  apiBurst: 40,
  apiLogs: 'on',
  vpc: 'none',
  databaseInsecure: 'off',
  migrate: 'deploy',
  exports: 'off',
  files: 'on',
  encryptionKey: 'aws',
  architecture: 'arm64',
  schedules: 'on',
  stateLog: 'all',
  logDays: 30,
  runbook: 'RUNBOOK.md',
  removal: 'destroy',
} as const satisfies Partial<Record<keyof typeof OPTIONS, unknown>>;

/** Variables that the stack sets by itself: one that was given would be overwritten. */
const RESERVED =
  /^GORDON_(DATABASE_|WRITER_|READER_|AGGREGATES_|FILLED_|JOB_TABLE$|STATE_MACHINE_ARN$|EGRESS$|SIMULATED$|JWT_|FRED_API_KEY|EXPORT_|FILE_)/;

/** `-c GORDON_BINANCE_SPOT_URL=https://…` reaches the functions that call venues. */
const VARIABLE = /^GORDON_[A-Z0-9_]+$/;

/** The CDK's own keys: feature flags, lookups and tool settings. */
const FOREIGN = /[@:/]|^(acknowledged-issue-numbers|cli-telemetry|notices)$/;

const Options = z.strictObject(OPTIONS).superRefine((options, check) => {
  const need = (key: keyof typeof OPTIONS, why: string) => {
    if (options[key] === undefined) check.addIssue({ code: 'custom', path: [key], message: why });
  };
  if (options.venues === 'simulated' && options.host !== 'localstack') {
    check.addIssue({ code: 'custom', path: ['venues'], message: 'simulated needs host=localstack' });
  }
  if (options.exportKeySecret && options.exports === 'off') {
    check.addIssue({ code: 'custom', path: ['exportKeySecret'], message: 'needs exports=new or a bucket' });
  }
  if (options.auth === 'cognito') need('userPool', 'auth=cognito needs it');
  if (options.scopes && options.auth !== 'cognito' && options.auth !== 'jwt') {
    check.addIssue({ code: 'custom', path: ['scopes'], message: 'needs auth=cognito or auth=jwt' });
  }
  if (options.auth === 'jwt') {
    need('jwtIssuer', 'auth=jwt needs it');
    need('jwtAudience', 'auth=jwt needs it');
  }
});

export interface DeployOptions extends z.infer<typeof Options> {
  /** environment of the functions that call venues */
  readonly variables: Readonly<Record<string, string>>;
}

/** An option that the operator has to mend: its message is all that there is to say. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/**
 * Reads the options of a deployment from the whole context of the app.
 * @throws OptionError that names every option that is unknown or cannot be
 */
export function readContext(context: Readonly<Record<string, unknown>>): DeployOptions {
  const own = Object.entries(context).filter(([key]) => !FOREIGN.test(key));
  const variables = own.filter(([key]) => VARIABLE.test(key));
  const options = own.filter(([key]) => !VARIABLE.test(key));
  const parsed = Options.safeParse({ ...DEFAULTS, ...Object.fromEntries(options) });
  const faults = parsed.success ? [] : parsed.error.issues.map(faultOf);
  for (const [key] of variables) if (RESERVED.test(key)) faults.push(`${key}: the stack sets it by itself`);
  if (parsed.success && faults.length === 0) {
    const text = variables.map(([key, value]) => [key, String(value)] as const);
    return { ...parsed.data, variables: Object.fromEntries(text) };
  }
  throw new OptionError(
    `Options that cannot be:\n${faults.map((fault) => `  -c ${fault}`).join('\n')}\n` +
      'infra/README.md has the table of all options.',
  );
}

function faultOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: no such option`;
  return `${issue.path.join('.')}: ${issue.message}`;
}
