/** Checks of the pod's health, run side by side. */
import type { Clock } from '../room/rooms.ts';

/** What a probe asks: whether the process lives, or whether it can serve. */
export type Probe = 'live' | 'ready';

export interface Check<Name extends string = string> {
  readonly name: Name;
  readonly probe: Probe;
  /** Whether the probe fails with it. */
  readonly isCritical: boolean;
  /** What is wrong; undefined when nothing is. Rejecting is the same as saying so. */
  readonly look: () => Promise<string | undefined>;
}

export interface Finding<Name extends string = string> extends Omit<Check<Name>, 'look'> {
  readonly fault: string | undefined;
  /** How long the look took, to the microsecond. */
  readonly seconds: number;
}

export interface CheckupOptions<Name extends string> {
  readonly clock: Pick<Clock, 'after'>;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** After so long a check has failed. */
  readonly timeoutMs: number;
  /** Findings younger than this are given again, so that nobody can keep the server busy by asking. */
  readonly keepMs: number;
  /** A check has begun to fail, or passes again. */
  readonly onTurn: (finding: Finding<Name>) => void;
}

/** Looks at everything that is checked. Never rejects. */
export type Checkup<Name extends string = string> = () => Promise<readonly Finding<Name>[]>;

export function checkup<Name extends string>(
  checks: readonly Check<Name>[],
  options: CheckupOptions<Name>,
): Checkup<Name> {
  const { nowMs, keepMs, onTurn } = options;
  const failing = new Set<Name>();
  let last: { readonly findings: Promise<readonly Finding<Name>[]>; freshUntilMs: number } | undefined;

  const turn = (finding: Finding<Name>) => {
    const isFailing = finding.fault !== undefined;
    if (isFailing === failing.has(finding.name)) return;
    if (isFailing) failing.add(finding.name);
    else failing.delete(finding.name);
    onTurn(finding);
  };
  const lookAtAll = async () => {
    const findings = await Promise.all(checks.map((check) => looked(check, options)));
    for (const finding of findings) turn(finding);
    return findings;
  };

  return () => {
    if (last !== undefined && nowMs() < last.freshUntilMs) return last.findings;
    const begun = { findings: lookAtAll(), freshUntilMs: Number.POSITIVE_INFINITY };
    last = begun;
    return begun.findings.finally(() => {
      begun.freshUntilMs = nowMs() + keepMs;
    });
  };
}

async function looked<Name extends string>(
  { look, ...check }: Check<Name>,
  { clock, nowMs, timeoutMs }: CheckupOptions<Name>,
): Promise<Finding<Name>> {
  const beganMs = nowMs();
  const { promise: tooLate, resolve } = Promise.withResolvers<string>();
  const cancel = clock.after(timeoutMs, () => resolve(`no answer within ${timeoutMs} ms`));
  const fault = await Promise.race([look().catch(String), tooLate]).finally(cancel);
  return { ...check, fault, seconds: toMicroseconds((nowMs() - beganMs) / 1000) };
}

/** Further digits are noise of the subtraction. */
const toMicroseconds = (seconds: number) => Math.round(seconds * 1e6) / 1e6;

/** Whether a probe passes. */
export const passes = (findings: readonly Finding[], probe: Probe): boolean =>
  findings.every((finding) => finding.probe !== probe || !finding.isCritical || finding.fault === undefined);
