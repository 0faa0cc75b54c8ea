/**
 * Runs a task whenever it is asked for, one run at a time. Asked while it runs, it runs once more afterwards, so that
 * it always sees what made the last asker ask.
 */
export function serially(task: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let isRunning = false;
  let isAskedAgain = false;

  async function run() {
    isRunning = true;
    do {
      isAskedAgain = false;
      await task().catch(onError);
    } while (isAskedAgain);
    isRunning = false;
  }

  return () => {
    if (isRunning) isAskedAgain = true;
    else void run();
  };
}
