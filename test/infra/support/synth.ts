import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readContext } from '../../../infra/context.ts';
import { GordonDataStack } from '../../../infra/stack.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
}

export interface Synthesized {
  readonly app: App;
  readonly stack: GordonDataStack;
  /** made when it is first read: a test of the constructs needs none */
  readonly template: Template;
  /** resources of a type by logical id */
  of(type: string): Record<string, Resource>;
}

const { context: flags } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: object };

export const NOWHERE = { account: '123456789012', region: 'eu-central-1' };

interface Where {
  readonly env?: { account?: string; region?: string };
  readonly bundle?: boolean;
}

const known = new Map<string, Synthesized>();

/**
 * The stack as `cdk synth -c …` makes it, without bundling and validation. Tests only read it: equal options give the same one,
 * also to the next file, because the files of this folder share a process.
 */
export function synth(options: Record<string, unknown> = {}, where: Pick<Where, 'env'> = {}): Synthesized {
  const key = JSON.stringify([options, where]);
  const made = known.get(key) ?? synthAnew(options, where);
  known.set(key, made);
  return made;
}

/** A stack of the caller's own, to change or to bundle. What was bundled stays; the caller removes it. */
export function synthAnew(
  options: Record<string, unknown> = {},
  { env = NOWHERE, bundle = false }: Where = {},
): Synthesized {
  const app = appWith({ ...options, ...(!bundle && UNBUNDLED) }, false);
  const read = readContext(options);
  const stack = new GordonDataStack(app, read.stack, { options: read, env });
  let made: Template | undefined;
  const template = (): Template => {
    made ??= Template.fromStack(stack);
    // The template is in memory; the files are not read again.
    if (!bundle) rmSync(app.outdir, { recursive: true, force: true });
    return made;
  };
  return {
    app,
    stack,
    get template() {
      return template();
    },
    of: (type) => template().findResources(type) as Record<string, Resource>,
  };
}

/**
 * Has the CDK validate the templates of stacks, as `cdk synth` does, all in one app: what validates is made for the types of resources
 * of an app, which takes a second of a processor.
 * @returns what is wrong with any of them; empty: nothing
 */
export function validate(stacks: readonly (Where & { readonly options: Record<string, unknown> })[]): string {
  const app = appWith(UNBUNDLED, true);
  try {
    for (const [i, { options, env = NOWHERE }] of stacks.entries()) {
      const read = readContext(options);
      new GordonDataStack(new Stage(app, `Stage${i}`), read.stack, {
        options: read,
        env,
        stackName: read.stack,
      });
    }
    app.synth();
    return '';
  } catch (error) {
    return String(error);
  } finally {
    rmSync(app.outdir, { recursive: true, force: true });
  }
}

/** No modules are bundled, and the empty ones are not copied. */
const UNBUNDLED = { 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-asset-staging': true };

/** An app that leaves out what no test reads: the description of the constructs, where each was made, and what AWS counts. */
const appWith = (context: Record<string, unknown>, builtinCloudFormationValidation: boolean): App =>
  new App({
    outdir: mkdtempSync(join(tmpdir(), 'gordon-cdk-')),
    builtinCloudFormationValidation,
    treeMetadata: false,
    stackTraces: false,
    analyticsReporting: false,
    context: { ...flags, '@aws-cdk/core:enableAdditionalMetadataCollection': false, ...context },
  });
