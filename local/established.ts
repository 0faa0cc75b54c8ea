import { until, type WaitOptions } from './until.ts';

/**
 * Waits until the API server serves definitions of kinds: `crd/liverooms.liveroom.dev`, or `-f` and files. A definition that
 * was made a moment ago may have `conditions: null`, of which kubectl says that it is no list, and waits no longer.
 */
export const established = (
  kubectl: (args: readonly string[]) => Promise<unknown>,
  which: readonly string[],
  wait: WaitOptions,
): Promise<void> =>
  until(wait, `${which.join(' ')} to be established`, async () => {
    try {
      await kubectl(['wait', '--for=condition=Established', ...which, `--timeout=${wait.deadlineMs / 1000}s`]);
      return true;
    } catch (error) {
      if (String(error).includes('.status.conditions accessor error')) return false;
      throw error;
    }
  });
