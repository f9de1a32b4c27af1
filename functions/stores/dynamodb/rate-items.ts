import { GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { BudgetWindow } from '../../core/queries/status/history.ts';
import type { BudgetItems, Cooldown } from '../../core/rates/ports.ts';
import type { LimitFamily } from '../../core/series/venue.ts';
import { DAY, HOUR, iso, SECOND } from '../../core/time/time.ts';
import { isConditionFailed, onTable } from './dynamo.ts';
import type { JobTable } from './table.ts';
import { TTL_ATTRIBUTE } from './table.ts';

export interface BudgetTable extends JobTable {
  /** names the address that venues see; workers behind one address share its budgets */
  readonly egress: string;
}

/** The key of a window's counter. */
export const windowKey = (egress: string, family: string, window: number) => ({
  pk: `BUDGET#${egress}#${family}`,
  sk: iso(window),
});
/** The key of a scope's last cooldown. */
export const cooldownKey = (egress: string, scope: string) => ({ pk: `PARK#${egress}#${scope}`, sk: 'PARK' });

/** The key of a paced family's next free moment. */
export const paceKey = (egress: string, family: string) => ({ pk: `PACE#${egress}#${family}`, sk: 'PACE' });

/** Adds to a window's counter. @returns the counter after it, or undefined when there is no room for `size` more */
async function reserve(
  { client, table, egress }: BudgetTable,
  family: LimitFamily,
  window: number,
  size: number,
  cap: number,
): Promise<number | undefined> {
  const write = new UpdateCommand({
    TableName: table,
    Key: windowKey(egress, family.id, window),
    ReturnValues: 'UPDATED_NEW',
    UpdateExpression: 'ADD #used :size SET #ttl = :ttl',
    ConditionExpression: 'attribute_not_exists(#used) OR #used <= :room',
    ExpressionAttributeNames: { '#used': 'used', '#ttl': TTL_ATTRIBUTE },
    ExpressionAttributeValues: {
      ':size': size,
      ':room': cap - size,
      ':ttl': seconds(window + family.windowMs + HOUR),
    },
  });
  const answer = await conditionally(`the budget ${family.id}`, () => client.send(write));
  return answer && (answer.Attributes!.used as number);
}

/** Raises a window's counter to what the venue counted, if that is more. */
async function raise(
  { client, table, egress }: BudgetTable,
  family: LimitFamily,
  window: number,
  used: number,
): Promise<void> {
  const write = new UpdateCommand({
    TableName: table,
    Key: windowKey(egress, family.id, window),
    UpdateExpression: 'SET #used = :used, #ttl = :ttl',
    ConditionExpression: 'attribute_not_exists(#used) OR #used < :used',
    ExpressionAttributeNames: { '#used': 'used', '#ttl': TTL_ATTRIBUTE },
    ExpressionAttributeValues: { ':used': used, ':ttl': seconds(window + family.windowMs + HOUR) },
  });
  await conditionally(`the budget ${family.id}`, () => client.send(write));
}

/** What all workers together took in a window. */
export async function readUsed(
  { client, table, egress }: BudgetTable,
  family: LimitFamily,
  window: number,
): Promise<number> {
  const read = new GetCommand({ TableName: table, Key: windowKey(egress, family.id, window) });
  const { Item } = await onTable(`the budget ${family.id}`, () => client.send(read));
  return (Item?.used as number | undefined) ?? 0;
}

/** The counters of a family from a window on, oldest first. */
export async function readWindows(
  { client, table, egress }: BudgetTable,
  { id }: LimitFamily,
  first: number,
): Promise<BudgetWindow[]> {
  const { pk } = windowKey(egress, id, first);
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk >= :first',
      ExpressionAttributeValues: { ':pk': pk, ':first': iso(first) },
    },
  );
  const windows: BudgetWindow[] = [];
  await onTable(`the budget ${id}`, async () => {
    for await (const { Items = [] } of pages) windows.push(...Items.map(toWindow));
  });
  return windows;
}

/** Parses the item of a window's counter. */
export const toWindow = ({ sk, used }: Readonly<Record<string, unknown>>): BudgetWindow => ({
  at: Date.parse(sk as string),
  used: used as number,
});

/**
 * Takes the next moment at which a paced family may be used; moments are `spacingMs` apart, for all workers together.
 * @param now epoch ms of our clock
 * @param latest a later moment is not taken
 * @returns the moment, or undefined when the queue is already longer than that
 */
async function takeMoment(
  { client, table, egress }: BudgetTable,
  { id, spacingMs = 0 }: LimitFamily,
  now: number,
  latest: number,
): Promise<number | undefined> {
  const Key = paceKey(egress, id);
  const names = { '#next': 'next', '#ttl': TTL_ATTRIBUTE };
  const ttl = seconds(latest + HOUR);
  const atOnce = new UpdateCommand({
    TableName: table,
    Key,
    UpdateExpression: 'SET #next = :next, #ttl = :ttl',
    ConditionExpression: 'attribute_not_exists(#next) OR #next <= :now',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ':next': now + spacingMs, ':now': now, ':ttl': ttl },
  });
  const inLine = new UpdateCommand({
    TableName: table,
    Key,
    ReturnValues: 'UPDATED_NEW',
    UpdateExpression: 'ADD #next :spacing SET #ttl = :ttl',
    ConditionExpression: '#next <= :latest',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ':spacing': spacingMs, ':latest': latest, ':ttl': ttl },
  });
  const subject = `the pace of ${id}`;
  if (await conditionally(subject, () => client.send(atOnce))) return now;
  // No moment is free at once, and one that other workers took meanwhile is only later: waiting never makes it earlier.
  const answer = await conditionally(subject, () => client.send(inLine));
  return answer && (answer.Attributes!.next as number) - spacingMs;
}

/** The last cooldown of a scope (a limit family or a venue), also one that is over; undefined: there was none. */
export async function readCooldown(options: BudgetTable, scope: string): Promise<Cooldown | undefined> {
  const { client, table, egress } = options;
  const read = new GetCommand({ TableName: table, Key: cooldownKey(egress, scope), ConsistentRead: true });
  const { Item } = await onTable(`the cooldown of ${scope}`, () => client.send(read));
  return Item as Cooldown | undefined;
}

/** @returns false when a longer cooldown is in force */
async function writeCooldown(
  { client, table, egress }: BudgetTable,
  scope: string,
  { until, why }: Cooldown,
): Promise<boolean> {
  const write = new UpdateCommand({
    TableName: table,
    Key: cooldownKey(egress, scope),
    UpdateExpression: 'SET #until = :until, #why = :why, #ttl = :ttl',
    ConditionExpression: 'attribute_not_exists(#until) OR #until < :until',
    ExpressionAttributeNames: { '#until': 'until', '#why': 'why', '#ttl': TTL_ATTRIBUTE },
    ExpressionAttributeValues: { ':until': until, ':why': why, ':ttl': seconds(until + DAY) },
  });
  return (await conditionally(`the cooldown of ${scope}`, () => client.send(write))) !== undefined;
}

/** The counters as items of the job table. */
export const createBudgetItems = (table: BudgetTable): BudgetItems => ({
  reserve: (family, window, size, cap) => reserve(table, family, window, size, cap),
  raise: (family, window, used) => raise(table, family, window, used),
  takeMoment: (family, now, latest) => takeMoment(table, family, now, latest),
  readCooldown: (scope) => readCooldown(table, scope),
  writeCooldown: (scope, cooldown) => writeCooldown(table, scope, cooldown),
});

/** @returns undefined when the condition did not hold */
async function conditionally<T>(subject: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await onTable(subject, call);
  } catch (error) {
    if (isConditionFailed(error)) return undefined;
    throw error;
  }
}

const seconds = (at: number): number => Math.ceil(at / SECOND);
