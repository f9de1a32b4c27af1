import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { listen } from '../../host/os/ports.ts';

export interface SecretsManager {
  readonly url: string;
  /** text of each secret, by its ARN */
  readonly texts: Map<string, string>;
  close(): Promise<void>;
}

/** The part of Secrets Manager that functions call: `GetSecretValue`. Whoever calls may read. */
export async function startSecretsManager(): Promise<SecretsManager> {
  const texts = new Map<string, string>();
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const { SecretId: arn } = body as { SecretId: string };
      const text = texts.get(arn);
      response.writeHead(text === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(
        JSON.stringify(
          text === undefined
            ? { __type: 'ResourceNotFoundException', message: arn }
            : { ARN: arn, Name: arn, SecretString: text },
        ),
      );
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    texts,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
