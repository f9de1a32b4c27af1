import type { Variables } from './venues/hosts.ts';

/** What the SDK would read from `process.env`, read from any environment: several hosts may live in one process. */
export function awsConfig(env: Variables, service: string) {
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`];
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const local = endpoint !== undefined && accessKeyId !== undefined && secretAccessKey !== undefined;
  return {
    ...(endpoint && { endpoint }),
    ...(region && { region }),
    // With a real AWS the SDK finds the role's credentials, which come with a session token and expire.
    ...(local && { credentials: { accessKeyId, secretAccessKey } }),
  };
}
