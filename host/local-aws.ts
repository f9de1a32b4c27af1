export const JOB_TABLE = 'gordon-jobs';

/** What the SDK needs for the parts of AWS that a host serves itself, and what they do not check. */
export const LOCAL_AWS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
} as const;

/** The same, for a client that is made by hand. */
export const LOCAL_CLIENT = {
  region: LOCAL_AWS.AWS_REGION,
  credentials: { accessKeyId: LOCAL_AWS.AWS_ACCESS_KEY_ID, secretAccessKey: LOCAL_AWS.AWS_SECRET_ACCESS_KEY },
} as const;
