import type { VenueContext } from '../frame/module.ts';
import { invalidParam, type Wire } from './wire.ts';

/** What a request sends along, from its query or its JSON. */
export type Params = Readonly<Record<string, unknown>>;

/** @param now the venue's clock, epoch ms. @throws DeribitRefusal */
export type Method = (context: VenueContext, params: Params, now: number) => Wire;

export function text(params: Params, name: string): string | undefined {
  const value = params[name];
  return value === undefined || value === '' ? undefined : String(value);
}

export function required(params: Params, name: string): string {
  const value = text(params, name);
  if (value === undefined) throw invalidParam(name, 'value required');
  return value;
}

/** Epoch ms, required. */
export function instantOf(params: Params, name: string): number {
  const value = required(params, name);
  if (!/^\d{1,16}$/.test(value)) throw invalidParam(name, 'wrong format');
  return Number(value);
}
