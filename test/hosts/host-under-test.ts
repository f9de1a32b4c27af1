import { setTimeout as sleep } from 'node:timers/promises';
import { type SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import type { Clock } from '../../functions/core/time/time.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import type { Fault } from '../../simulator/frame/faults/faults.ts';
import type { RotatingLogins } from './rotating-logins.ts';

/** What differs between the hosts. The suite knows no more of them than this. */
export interface HostFacts {
  /** one request to the jobs API, whatever stands in front of it */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly stateMachineArn: string;
  readonly stepFunctions: SFNClient;
  /** the warehouse, which was empty */
  readonly sql: Sql;
  /** where the venues' simulator is controlled; absent where the venues are real */
  readonly venuesUrl?: string;
  /** the logins that its functions read from secrets; absent: nobody here may change their passwords */
  readonly logins?: Pick<RotatingLogins, 'rotate' | 'sessions'>;
  /** leads these logins through a pooler that lends connections by the transaction; absent: there is none */
  readonly throughPooler?: () => Promise<ThroughPooler>;
  /** what the host says of its venues */
  readonly simulated: boolean;
  /** the host's clock; absent: the machine's */
  readonly clock?: Clock;
  /** between two looks at a job: a look costs a call of a function */
  readonly pollMs: number;
  close(): Promise<void>;
}

export interface ThroughPooler {
  /** how many statements went through it */
  statements(): number;
  /** what a pooler refuses, or what keeps its connection with one client */
  faults(): readonly string[];
  /** leads the logins back */
  leave(): Promise<void>;
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** A host as the tests of the suite use it. */
export class HostUnderTest {
  readonly facts: HostFacts;
  #faults: (() => Promise<void>)[] = [];

  constructor(facts: HostFacts) {
    this.facts = facts;
  }

  async ask<T = unknown>(path: string, init?: RequestInit): Promise<Answer<T>> {
    const response = await this.facts.fetch(path, init);
    return { status: response.status, body: (await response.json()) as T };
  }

  async order(body: object, headers: Record<string, string> = {}): Promise<JobDetail> {
    const answer = await this.ask<JobDetail>('/backfill', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (answer.status !== 202) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Looks at a job until `enough` holds; the test's own timeout ends what never comes. */
  async look(id: string, enough: (job: JobDetail) => boolean): Promise<JobDetail> {
    for (;;) {
      const { status, body } = await this.ask<JobDetail>(`/backfill/jobs/${id}`);
      if (status !== 200) throw new Error(`job ${id}: ${JSON.stringify(body)}`);
      if (enough(body)) return body;
      await sleep(this.facts.pollMs);
    }
  }

  /** Waits until a job has ended, or until `enough` holds, which has to be before. */
  async wait(id: string, enough?: (job: JobDetail) => boolean): Promise<JobDetail> {
    const job = await this.look(id, (now) => now.finished_at !== null || (enough?.(now) ?? false));
    if (!enough || enough(job)) return job;
    throw new Error(`it ended too early: ${JSON.stringify(job)}`);
  }

  /** Stops a job's execution as somebody does in the console: neither API nor job table hear of it. */
  async stopExecution(id: string, cause: string): Promise<void> {
    const { stateMachineArn, stepFunctions } = this.facts;
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;
    await stepFunctions.send(new StopExecutionCommand({ executionArn, cause }));
  }

  /** Makes the venues misbehave until `mend` is called, or the test ends. */
  async fault(fault: Fault & { match: string }): Promise<{ mend(): Promise<void> }> {
    const { id } = await this.#control<{ id: string }>('faults', {
      method: 'POST',
      body: JSON.stringify(fault),
    });
    const mend = async () => {
      await this.#control(`faults?id=${id}`, { method: 'DELETE' });
    };
    this.#faults.push(mend);
    return { mend };
  }

  async mendAll(): Promise<void> {
    for (const mend of this.#faults.splice(0)) await mend();
  }

  /** Rows of `[start, end)` as the venue's REST interface gives them. */
  truth(query: Readonly<Record<string, string>>): Promise<(string | number)[][]> {
    return this.#control(`truth?${new URLSearchParams(query)}`);
  }

  async #control<T>(path: string, init?: RequestInit): Promise<T> {
    const answer = await fetch(`${this.facts.venuesUrl}/_control/${path}`, init);
    if (!answer.ok) throw new Error(`the simulator refused ${path}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
