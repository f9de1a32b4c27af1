import { DAY, HOUR } from '../../functions/core/time/time.ts';
import { json } from '../frame/answer.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { chainFile } from './chain-file.ts';

const PREFIX = '/tardis';
const PATH = /^\/v1\/deribit\/options_chain\/(\d{4})\/(\d{2})\/(\d{2})\/([A-Za-z0-9_-]+)\.csv\.gz$/;
const FIRST_DAY = Date.UTC(2019, 2, 30);
/** A new day is there at six the next morning. */
const PUBLISHED_AFTER = 6 * HOUR;

const refused = (status: number, code: number, message: string, route: string): VenueAnswer =>
  json({ code, message }, { status, route });

/** Only the first day of a month comes without a key, and only the whole file: a `Range` is not looked at. */
function answer(context: VenueContext, { method, path, at }: VenueRequest): VenueAnswer {
  const route = `${method} ${PREFIX} options_chain`;
  const [, year, month, dayOfMonth, symbol] = PATH.exec(path) ?? [];
  if (method !== 'GET' && method !== 'HEAD') return refused(405, 405, 'Method not allowed.', route);
  if (!year) return refused(404, 404, 'Not found.', `${method} ${PREFIX} unknown`);
  const day = Date.UTC(Number(year), Number(month) - 1, Number(dayOfMonth));
  const isDay = new Date(day).toISOString().slice(0, 10) === `${year}-${month}-${dayOfMonth}`;
  if (!isDay) return refused(400, 105, 'Invalid date.', route);
  if (symbol !== 'OPTIONS') return refused(400, 110, `Invalid symbol: ${symbol}.`, route);
  if (dayOfMonth !== '01') {
    const message = 'Unauthorized: only the first day of each month can be downloaded without an API key.';
    return refused(401, 401, message, route);
  }
  if (day < FIRST_DAY || day + DAY + PUBLISHED_AFTER > at) {
    return refused(404, 404, `There is no data for ${year}-${month}-${dayOfMonth}.`, route);
  }
  const body = context.shared(`tardis ${day}`, () => chainFile(context, day));
  return { status: 200, headers: { 'content-type': 'application/gzip' }, body, route };
}

/** The files of tardis.dev about Deribit's options. All of their rows are made here. */
export const tardis: VenueModule = {
  id: 'tardis',
  prefix: PREFIX,
  env: 'GORDON_TARDIS_URL',
  open: (context) => (request) => answer(context, request),
  refusal: (status) =>
    status === 403
      ? {
          status,
          headers: { 'content-type': 'text/html; charset=UTF-8' },
          body: '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body></body></html>',
        }
      : undefined,
};
