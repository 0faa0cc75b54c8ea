/** Sees when mounted files have changed. */
import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { changes, printOf, type SettingsPart } from './changes.ts';
import { type Files, messageOf, readWhatIsThere, roomsAgain, type Settings } from './settings.ts';

export interface Watching {
  readonly onSettings: (settings: Settings, changed: readonly SettingsPart[]) => void;
  /**
   * A file that cannot be used; told once for each different message. The settings from before stay in force, but for a
   * token: a side that is to be locked does not stay open because its key is missing.
   */
  readonly onProblem: (message: string) => void;
  /** Reads again at least this often, for file systems that notify nobody. */
  readonly everyMs: number;
}

/** Calls when the settings have become other than `first`. Returns what ends it. */
export function watchSettings(files: Files, first: Settings, { onSettings, onProblem, everyMs }: Watching): () => void {
  const roomsOf = roomsAgain();
  let last = printOf(first);
  let shared = first.sharedSecrets;
  let lastProblem: string | undefined;
  let isReading = false;
  let isAskedAgain = false;

  const tell = (error: unknown): void => {
    const problem = error === undefined ? undefined : messageOf(error);
    if (problem !== undefined && problem !== lastProblem) onProblem(problem);
    lastProblem = problem;
  };
  const look = async (): Promise<void> => {
    isAskedAgain = isReading;
    if (isReading) return;
    isReading = true;
    try {
      const { settings, unreadable } = await readWhatIsThere(files, shared, roomsOf);
      const now = printOf(settings);
      const changed = changes(last, now);
      if (changed.length > 0) onSettings(settings, changed);
      last = now;
      shared = settings.sharedSecrets;
      tell(unreadable);
    } catch (error) {
      tell(error);
    } finally {
      isReading = false;
    }
    if (isAskedAgain) await look();
  };

  const addressFolder = files.announce && 'file' in files.announce ? [dirname(files.announce.file)] : [];
  const { keysDir, othersFile } = files.peer ?? {};
  const othersDir = othersFile && dirname(othersFile);
  const given = [files.tokensDir, keysDir, othersDir].filter((folder) => folder !== undefined);
  const folders = new Set([dirname(files.roomsFile), ...given, ...addressFolder]);
  // The folders, not the files: a volume is refreshed by pointing its link `..data` at another folder.
  const watchers = [...folders].flatMap((folder) => watched(folder, () => void look()));
  const timer = setInterval(() => void look(), everyMs);
  return () => {
    clearInterval(timer);
    for (const watcher of watchers) watcher.close();
  };
}

/** Notifications are a matter of speed only: without them the timer finds every change. */
function watched(folder: string, onChange: () => void): FSWatcher[] {
  try {
    return [watch(folder, { persistent: false }, onChange).on('error', () => undefined)];
  } catch {
    return [];
  }
}
