import type { VenueAnswer } from '../frame/module.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const attributes = (values: object): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(String(value))}"`)
    .join(' ');

export const XML_HEAD = '<?xml version="1.0" encoding="utf-8" ?>';

export class FredRefusal extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }

  answer(json: boolean): VenueAnswer {
    const { status, message } = this;
    return json
      ? {
          status,
          headers: { 'content-type': 'application/json; charset=UTF-8' },
          body: JSON.stringify({ error_code: status, error_message: message }),
        }
      : {
          status,
          headers: { 'content-type': 'text/xml; charset=UTF-8' },
          body: `${XML_HEAD}\n<error ${attributes({ code: status, message })} />\n`,
        };
  }
}

/** Two spaces after the full stop are the venue's. */
export const bad = (text: string): FredRefusal => new FredRefusal(`Bad Request.  ${text}`);
export const tooMany = (): FredRefusal => new FredRefusal('Too Many Requests.  Exceeded Rate Limit', 429);

const KEY_PAGE = 'Read https://fred.stlouisfed.org/docs/api/api_key.html for more information.';

/** The one key that the simulated FRED knows. Not a secret: it opens nothing elsewhere. */
export const REGISTERED_KEY = 'a'.repeat(32);

export function checkKey(key: string | undefined): void {
  if (!key) throw bad(`Variable api_key is not set.  ${KEY_PAGE}`);
  if (!/^[0-9a-z]{32}$/.test(key)) {
    throw bad(
      `The value for variable api_key is not a 32 character alpha-numeric lower-case string.  ${KEY_PAGE}`,
    );
  }
  if (key !== REGISTERED_KEY) throw bad(`The value for variable api_key is not registered.  ${KEY_PAGE}`);
}
