import { expect, it } from 'vitest';
import { LoginGate } from '../../../functions/stores/postgres/login-gate.ts';

/** A login that was connected and refused at this instant. */
function refuse(gate: LoginGate, now: number, starting = false): void {
  const connection = {};
  gate.connected(connection);
  gate.closed(connection, now, starting);
}

it('lets every login begin at once while none was refused', () => {
  const gate = new LoginGate();
  expect([gate.take(0), gate.take(0), gate.take(5)]).toEqual([0, 0, 0]);
});

it('gives those who begin after a refusal turns of their own, further and further apart', () => {
  const gate = new LoginGate();
  refuse(gate, 1000);
  expect([gate.take(1000), gate.take(1000), gate.take(1000)]).toEqual([500, 1000, 1500]);
  refuse(gate, 1500);
  expect([gate.take(3000), gate.take(3000)]).toEqual([0, 1000]);
});

it('refuses a turn that is too far away, and does not count it', () => {
  const gate = new LoginGate();
  for (let now = 0; now < 6; now++) refuse(gate, now);
  expect([gate.take(6), gate.take(6)]).toEqual([3999, 7999]);
  expect(gate.take(6)).toBeUndefined();
  expect(gate.take(6)).toBeUndefined();
  expect(gate.take(4006)).toBe(7999);
});

it('gives a turn to who comes alone, however many failed before', () => {
  const gate = new LoginGate();
  for (let now = 0; now < 100; now++) refuse(gate, now);
  expect(gate.take(100)).toBe(3999);
});

it('does not lengthen the pauses while a server starts', () => {
  const gate = new LoginGate();
  for (let now = 0; now < 20; now++) refuse(gate, now, true);
  expect([gate.take(20), gate.take(20), gate.failures]).toEqual([499, 999, 1]);
});

it('begins anew after a login that succeeded', () => {
  const gate = new LoginGate();
  const connection = {};
  refuse(gate, 0);
  gate.connected(connection);
  gate.loggedIn();
  gate.closed(connection, 10);
  expect([gate.take(10), gate.failures]).toEqual([0, 0]);
});

it('counts neither a connection that nobody accepted nor one that was not a login', () => {
  const gate = new LoginGate();
  gate.closed({}, 0);
  const request = {};
  gate.connected(request);
  gate.dismiss(request);
  gate.closed(request, 0);
  expect(gate.take(0)).toBe(0);
});

it('counts no connection of a login that had succeeded, whatever else is under way', () => {
  const gate = new LoginGate();
  const old = {};
  gate.connected(old);
  gate.loggedIn();
  gate.connected({});
  gate.closed(old, 5);
  expect(gate.take(5)).toBe(0);
});

it('ends the wait of those whose login was renewed, and takes no further one', () => {
  const gate = new LoginGate();
  const ended: string[] = [];
  gate.onRenewal(() => ended.push('waits'));
  gate.onRenewal(() => ended.push('gone'))();
  gate.abandon();
  expect([ended, gate.renewed]).toEqual([['waits'], true]);
});
