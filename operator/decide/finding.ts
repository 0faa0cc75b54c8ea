import type { ConditionType, conditionReasons } from '#crds/liveroom.ts';

/** What is wrong, as a condition says it: a word for machines and a sentence with the numbers and the remedy. */
export interface Finding<T extends ConditionType = ConditionType> {
  readonly reason: (typeof conditionReasons)[T][number];
  readonly message: string;
}

/** A finding, and whether it makes the condition true, false or unknown. */
export interface Verdict<T extends ConditionType = ConditionType> extends Finding<T> {
  readonly status: 'True' | 'False' | 'Unknown';
}

export const yes = <T extends ConditionType>(reason: Finding<T>['reason'], message: string): Verdict<T> => ({
  status: 'True',
  reason,
  message,
});
export const no = <T extends ConditionType>(reason: Finding<T>['reason'], message: string): Verdict<T> => ({
  status: 'False',
  reason,
  message,
});
export const unknown = <T extends ConditionType>(reason: Finding<T>['reason'], message: string): Verdict<T> => ({
  status: 'Unknown',
  reason,
  message,
});
