type State = Readonly<Record<string, unknown>>;
interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** The state in which an item ends that failed. */
const ITEM_FAILED = 'ItemFailed';

/**
 * The definition for an interpreter that does not know `ToleratedFailureCount` and ends a map with the first item that fails: whatever a
 * task of an item does not catch itself leads to a last state that is no failure. A map has no more items than it tolerates failures.
 */
export function tolerantItems(definition: object): Machine {
  const { States, ...machine } = definition as Machine;
  const states = Object.entries(States).map(([name, state]) => {
    if (!('ToleratedFailureCount' in state)) return [name, state] as const;
    return [name, { ...state, ItemProcessor: catchingAll(state.ItemProcessor as Machine) }] as const;
  });
  return { ...machine, States: Object.fromEntries(states) };
}

function catchingAll({ States, ...machine }: Machine): Machine {
  const all = { ErrorEquals: ['States.ALL'], ResultPath: null, Next: ITEM_FAILED };
  const states = Object.entries(States).map(([name, state]) => {
    const own = (state.Catch ?? []) as readonly { readonly ErrorEquals: readonly string[] }[];
    const catches = own.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
    return [name, state.Type !== 'Task' || catches ? state : { ...state, Catch: [...own, all] }] as const;
  });
  return {
    ...machine,
    States: { ...Object.fromEntries(states), [ITEM_FAILED]: { Type: 'Pass', End: true } },
  };
}
