import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../../host/os/ports.ts';

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver that gives one answer after the other, then 204. @param answers `hang`: it says nothing */
export async function startReceiver(...answers: readonly (number | 'hang')[]) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    received.push({ headers: request.headers, body });
    const answer = answers[received.length - 1] ?? 204;
    if (answer !== 'hang') response.writeHead(answer).end();
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What receivers and hosts share. */
export const SECRET = `whsec_${Buffer.from('a key of 24 bytes length').toString('base64')}`;
