import type { Range } from '../time/range.ts';

/**
 * An exception from a source's own rule about the labels of its archive files: what is added to a label in the files of
 * `[start, end)`, by their period's beginning. Later rules take precedence over earlier ones.
 */
export interface LabelRule extends Range {
  readonly shiftMs: number;
  /** the detector stopped the conversion: labels are taken as they stand until an operator decides */
  readonly held: boolean;
}

/** Takes the labels of every file as they are written. */
export const AS_WRITTEN: LabelRule = {
  start: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
  shiftMs: 0,
  held: false,
};

/** The exceptions for the files of one symbol, kept beside the ledger. Throws as the stores do. */
export interface LabelRules {
  /** oldest decision first */
  labelRules(dataset: string, symbol: string): Promise<readonly LabelRule[]>;
}

/** The exception that is in force for the file of a period. */
export const ruleFor = (rules: readonly LabelRule[], start: number): LabelRule | undefined =>
  rules.findLast((rule) => rule.start <= start && start < rule.end);

/** The result of comparing one file with the venue's own answers. */
export interface LabelCheck {
  /** the beginning of the file's period */
  readonly day: number;
  /** by source */
  readonly verdicts: Readonly<Record<string, unknown>>;
  /** conversion stops for the files of this rule */
  readonly hold?: { readonly rule: LabelRule; readonly why: string };
}

export interface LabelBook extends LabelRules {
  /** the beginning of the newest period that was compared; undefined: none was */
  labelsChecked(dataset: string, symbol: string): Promise<number | undefined>;
  /** notes a comparison and, where it ends so, the hold, in one transaction */
  noteLabels(dataset: string, symbol: string, check: LabelCheck): Promise<void>;
}
