import { addressOf } from '../../functions/routes.ts';
import { CliError } from '../failure.ts';
import type { BaseUrl } from './base-url.ts';
import { reaching, refusalOf, request, retryAfter } from './send.ts';

export type RowsQuery = Readonly<Record<string, string | undefined>>;

export interface Download {
  /** The body piece by piece. @throws Unreachable when it ends early; the reason of the signal */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** undefined where the API does not know it before the end */
  readonly bytes: number | undefined;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** called before each wait for a file that is being made */
  readonly onMaking: () => void;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * All rows of a range, as text or as a file. Waits while a deployment makes the file, as long as the API says that it does, and
 * fetches it where it then is.
 * @throws ApiProblem, Unreachable, CliError; the reason of the signal
 */
export async function download(
  base: BaseUrl,
  table: string,
  query: RowsQuery,
  { signal, onMaking, sleep }: DownloadOptions,
): Promise<Download> {
  let url = base.url + addressOf('rows', { table }, query).path;
  for (;;) {
    const response = await request(base, url, { signal, redirect: 'manual' });
    if (response.status === 200) return bodyOf(base, response, signal);
    const location = response.headers.get('location');
    if (response.status === 202 && location !== null) {
      await response.body?.cancel();
      onMaking();
      await sleep(retryAfter(response) * 1_000, signal);
      url = inApi(base, new URL(location, url));
    } else if (response.status === 303 && location !== null) {
      await response.body?.cancel();
      return linked(base, new URL(location, url), signal);
    } else throw refusalOf(base, response, await reaching(base, signal, () => response.text()));
  }
}

/** Credentials go to the API alone. */
function inApi(base: BaseUrl, url: URL): string {
  if (url.origin === new URL(base.url).origin) return url.href;
  throw new CliError(`${base.url} sends to ${url.origin}, where your credentials do not belong`);
}

/** The file itself; the link is all that its place needs. */
async function linked(base: BaseUrl, link: URL, signal: AbortSignal): Promise<Download> {
  const response = await reaching(base, signal, () => fetch(link, { signal }));
  if (response.ok) return bodyOf(base, response, signal);
  await response.body?.cancel();
  throw new CliError(
    `the file at ${link.host} is not there any more (HTTP ${response.status}): run it again`,
  );
}

function bodyOf(base: BaseUrl, response: Response, signal: AbortSignal): Download {
  // The length of a compressed body is not the length of what is read.
  const length = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
  return { pieces: piecesOf(base, response, signal), bytes: length === null ? undefined : Number(length) };
}

async function* piecesOf(base: BaseUrl, { body }: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reaching(base, signal, () => reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
