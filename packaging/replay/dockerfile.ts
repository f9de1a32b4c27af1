import { DockerfileParser, type From, type Instruction, type JSONInstruction } from 'dockerfile-ast';

type Variables = Readonly<Record<string, string>>;

/** One instruction that makes a layer. */
export type Step =
  | { readonly kind: 'run'; readonly argv: readonly string[]; readonly text: string; readonly at: Settings }
  | {
      readonly kind: 'copy';
      /** an earlier stage; absent: the context of the build */
      readonly from?: string;
      readonly sources: readonly string[];
      readonly to: string;
      readonly text: string;
      readonly at: Settings;
    };

/** What instructions set without making a layer: for the steps after them, and for the container in the end. */
export interface Settings {
  readonly env: Variables;
  readonly user: string;
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
  readonly stopSignal: string;
  readonly volumes: readonly string[];
}

export interface Stage {
  readonly name: string;
  /** an image, or the name of an earlier stage */
  readonly from: string;
  readonly steps: readonly Step[];
  /** after the last step */
  readonly settings: Settings;
}

const INITIAL: Settings = {
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  user: '0:0',
  workdir: '/',
  entrypoint: [],
  command: [],
  healthcheck: [],
  stopSignal: 'SIGTERM',
  volumes: [],
};

/**
 * The stages of a Dockerfile.
 * @throws Error for an instruction that the replay does not know: it must not leave out a step
 */
export function readDockerfile(text: string): Stage[] {
  const file = DockerfileParser.parse(text);
  const args: Record<string, string> = {};
  const stages: { name: string; from: string; steps: Step[]; settings: Settings }[] = [];
  for (const instruction of file.getInstructions()) {
    const keyword = instruction.getKeyword();
    const stage = stages.at(-1);
    if (keyword === 'FROM') {
      const from = instruction as From;
      const image = expand(from.getImage() ?? '', args);
      const settings = stages.find(({ name }) => name === image)?.settings ?? INITIAL;
      stages.push({ name: from.getBuildStage() ?? String(stages.length), from: image, steps: [], settings });
    } else if (keyword === 'ARG') {
      const [name = '', value = ''] = (instruction.getArgumentsContent() ?? '').split('=', 2);
      if (stage) throw new Error('the replay knows ARG before the first FROM alone');
      args[name] = value;
    } else if (stage) {
      const step = stepOf(instruction, stage.settings);
      if (step) stage.steps.push(step);
      else stage.settings = { ...stage.settings, ...settingsOf(instruction, stage.settings) };
    }
  }
  return stages;
}

function stepOf(instruction: Instruction, at: Settings): Step | undefined {
  const text = instruction.getArgumentsContent() ?? '';
  if (instruction.getKeyword() === 'RUN') return { kind: 'run', argv: commandOf(instruction), text, at };
  if (instruction.getKeyword() !== 'COPY') return undefined;
  const flags = (instruction as JSONInstruction).getFlags();
  const unknown = flags.filter((flag) => flag.getName() !== 'from');
  if (unknown.length > 0) throw new Error(`the replay does not know COPY ${unknown.join(' ')}`);
  const paths = (instruction as JSONInstruction).getArguments().map((one) => expand(one.getValue(), at.env));
  const from = flags[0]?.getValue();
  return {
    kind: 'copy',
    ...(from && { from }),
    sources: paths.slice(0, -1),
    to: paths.at(-1) ?? '',
    text,
    at,
  };
}

function settingsOf(instruction: Instruction, { env }: Settings): Partial<Settings> {
  const values = instruction.getArguments().map((one) => expand(one.getValue(), env));
  switch (instruction.getKeyword()) {
    case 'ENV':
      return { env: { ...env, ...pairsOf(instruction, env) } };
    case 'USER':
      return { user: values[0]! };
    case 'WORKDIR':
      return { workdir: values[0]! };
    case 'VOLUME':
      return { volumes: values };
    case 'STOPSIGNAL':
      return { stopSignal: values[0]! };
    case 'ENTRYPOINT':
      return { entrypoint: commandOf(instruction), command: [] };
    case 'CMD':
      return { command: commandOf(instruction) };
    case 'HEALTHCHECK':
      return { healthcheck: healthcheckOf(instruction) };
    // Documentation alone.
    case 'EXPOSE':
    case 'LABEL':
      return {};
    default:
      throw new Error(`the replay does not know ${instruction.getKeyword()}`);
  }
}

function pairsOf(instruction: Instruction, env: Variables): Record<string, string> {
  const pairs = instruction.getArguments().map((one) => one.getValue());
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, ...rest] = pair.split('=');
      return [name!, expand(rest.join('=').replaceAll('"', ''), env)];
    }),
  );
}

const isList = (text: string): boolean => text.trimStart().startsWith('[');

/** The form of a list as it is; the form of a line through a shell. */
function commandOf(instruction: Instruction): string[] {
  const text = instruction.getArgumentsContent() ?? '';
  return isList(text) ? (JSON.parse(text) as string[]) : ['/bin/sh', '-c', text];
}

function healthcheckOf(instruction: Instruction): string[] {
  const text = instruction.getArgumentsContent() ?? '';
  const command = /(?:^|\s)CMD\s+([\s\S]*)$/.exec(text)?.[1] ?? '';
  return isList(command) ? (JSON.parse(command) as string[]) : ['/bin/sh', '-c', command];
}

/** `$NAME`, `${NAME}` and `${NAME:-DEFAULT}`, as Docker and Compose replace them. */
export const expand = (text: string, variables: Readonly<Record<string, string | undefined>>): string =>
  text.replaceAll(/\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g, (_, braced, fallback, bare) => {
    return variables[braced ?? bare] || (fallback ?? '');
  });
