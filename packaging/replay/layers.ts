import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyContext, copyInto } from './context.ts';
import type { Settings, Stage, Step } from './dockerfile.ts';
import { inRoot } from './root.ts';

export interface Layer {
  readonly folder: string;
  /** the instruction that made it */
  readonly text: string;
}

export interface Image {
  /** the lowest one first */
  readonly layers: readonly Layer[];
  readonly settings: Settings;
}

export interface Build {
  readonly root: string;
  readonly work: string;
  /** of the images that `FROM` names */
  base(image: string): string;
  log(line: string): void;
}

/** Runs the steps of each stage as root, in folders that overlayfs lays over one another, as an engine would. */
export function buildStages(stages: readonly Stage[], build: Build): Map<string, Image> {
  const images = new Map<string, Image>();
  for (const stage of stages) {
    const below =
      images.get(stage.from)?.layers ??
      ([{ folder: build.base(stage.from), text: `FROM ${stage.from}` }] as const);
    const layers: Layer[] = [...below];
    for (const [n, step] of stage.steps.entries()) {
      const folder = join(build.work, 'layers', `${stage.name}-${n}`);
      const text = `${step.kind.toUpperCase()} ${step.text}`.replaceAll(/\s+/g, ' ');
      const startedAt = performance.now();
      makeLayer(step, folder, layers, images, build);
      layers.push({ folder, text });
      build.log(`${stage.name}: ${text} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
    }
    images.set(stage.name, { layers, settings: stage.settings });
  }
  return images;
}

function makeLayer(
  step: Step,
  folder: string,
  below: readonly Layer[],
  images: ReadonlyMap<string, Image>,
  build: Build,
): void {
  mkdirSync(folder, { recursive: true });
  withMounted(below, join(build.work, 'build'), folder, (root) => {
    mkdirSync(join(root, step.at.workdir), { recursive: true });
    if (step.kind === 'run') {
      const { status } = spawnSync(...inRoot(root, step.argv, { ...step.at, tmpfs: [] }, { isBuild: true }));
      if (status !== 0) throw new Error(`it ended with ${status}: ${step.text}`);
      return;
    }
    const to = join(root, step.to.startsWith('/') ? '' : step.at.workdir, step.to);
    const asFolder = step.to.endsWith('/') || step.sources.length > 1;
    if (step.from === undefined) {
      const context = join(build.work, 'context');
      rmSync(context, { recursive: true, force: true });
      copyContext(build.root, context);
      copyInto(
        step.sources.map((one) => join(context, one)),
        to,
        { asFolder },
      );
      return;
    }
    const image = images.get(step.from);
    if (!image) throw new Error(`COPY --from names no stage: ${step.from}`);
    withMounted(image.layers, join(build.work, 'from'), undefined, (source) =>
      copyInto(
        step.sources.map((one) => join(source, one)),
        to,
        { asFolder },
      ),
    );
  });
}

/** @param upper takes what changes; absent: nothing may change */
export function withMounted(
  layers: readonly Layer[],
  at: string,
  upper: string | undefined,
  work: (root: string) => void,
): void {
  mountLayers(layers, at, upper);
  try {
    work(at);
  } finally {
    execFileSync('umount', [at]);
  }
}

export function mountLayers(layers: readonly Layer[], at: string, upper?: string): void {
  mkdirSync(at, { recursive: true });
  const lower = layers.map(({ folder }) => folder).reverse();
  const aside = `${at}.work`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(join(aside, 'empty'), { recursive: true });
  // overlayfs without an upper folder wants two lower ones.
  const options = upper
    ? `lowerdir=${lower.join(':')},upperdir=${upper},workdir=${mkdirp(join(aside, 'work'))}`
    : `lowerdir=${[...lower, join(aside, 'empty')].join(':')}`;
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, at]);
}

function mkdirp(folder: string): string {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  return folder;
}

export interface Size {
  readonly text: string;
  /** of the layer's files */
  readonly bytes: number;
  /** as gzip packs its archive, which is what a registry sends */
  readonly packedBytes: number;
}

export function sizesOf({ layers }: Image): Size[] {
  const count = (script: string, folder: string) =>
    Number(execFileSync('sh', ['-c', script, 'sh', folder], { encoding: 'utf8' }).trim());
  return layers.map(({ folder, text }) => ({
    text,
    bytes: count('tar -C "$1" -c . | wc -c', folder),
    packedBytes: count('tar -C "$1" --numeric-owner -c . | gzip | wc -c', folder),
  }));
}
