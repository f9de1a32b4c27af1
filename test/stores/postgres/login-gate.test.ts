import { expect, it } from 'vitest';
import { LoginGate } from '../../../functions/stores/postgres/login-gate.ts';

/** A login that was connected and refused at this instant. */
function refuse(gate: LoginGate, now: number): void {
  gate.connected();
  gate.closed(now);
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
  expect(gate.take(6)).toBeUndefined();
  expect(gate.take(6)).toBeUndefined();
  expect(gate.take(15_004)).toBe(1);
});

it('begins anew after a login that succeeded', () => {
  const gate = new LoginGate();
  refuse(gate, 0);
  gate.connected();
  gate.loggedIn();
  gate.closed(10);
  expect([gate.take(10), gate.failures]).toEqual([0, 0]);
});

it('does not count a connection that nobody accepted', () => {
  const gate = new LoginGate();
  gate.closed(0);
  expect(gate.take(0)).toBe(0);
});
