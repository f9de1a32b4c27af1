import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
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
  readonly template: Template;
  /** resources of a type by logical id */
  of(type: string): Record<string, Resource>;
}

const { context: flags } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: object };

export const NOWHERE = { account: '123456789012', region: 'eu-central-1' };

interface Where {
  readonly env?: { account?: string; region?: string };
  readonly bundle?: boolean;
  /** whether the CDK validates the templates as `cdk synth` does: loading what validates takes four seconds */
  readonly validated?: boolean;
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
  { env = NOWHERE, bundle = false, validated = false }: Where = {},
): Synthesized {
  const outdir = mkdtempSync(join(tmpdir(), 'gordon-cdk-'));
  const app = new App({
    outdir,
    builtinCloudFormationValidation: validated,
    // A file of the assembly that describes the constructs: a tenth of the time, and no test reads it.
    treeMetadata: false,
    analyticsReporting: false,
    context: { ...flags, ...options, ...(!bundle && { 'aws:cdk:bundling-stacks': [] }) },
  });
  const read = readContext(options);
  const stack = new GordonDataStack(app, read.stack, { options: read, env });
  const template = Template.fromStack(stack);
  // The template is in memory; the files are not read again.
  if (!bundle) rmSync(outdir, { recursive: true, force: true });
  return { app, stack, template, of: (type) => template.findResources(type) as Record<string, Resource> };
}
