import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { lineSplitter } from './log-lines.ts';

/** The output of one run of a container, kept on disk: the last 4 to 8 MB of it. */
export interface LogFile {
  readonly path: string;
  /** A writer for one stream; both streams' lines are mixed as they come. */
  stream(): (chunk: Buffer | undefined) => void;
  /** Every line that is still there, oldest first, each `<RFC 3339 time> <text>`. */
  lines(): string[];
  /** Calls back for each new line until the returned function is called. No line is lost between `lines` and `follow`. */
  follow(onLine: (line: string) => void, onEnd: () => void): () => void;
  /** No line will come any more. */
  end(): void;
}

const largestFileBytes = 4 * 1024 * 1024;

interface Follower {
  readonly onLine: (line: string) => void;
  readonly onEnd: () => void;
}

/**
 * Writes are synchronous: lines go to the page cache in microseconds, stay in order, and none is lost when the node is
 * stopped right after.
 */
export function logFile(path: string, now: () => number, fileBytes = largestFileBytes): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  const older = `${path}.1`;
  rmSync(older, { force: true });
  const followers = new Set<Follower>();
  let file: number | undefined = openSync(path, 'w');
  let size = 0;

  const write = (text: string) => {
    if (file === undefined) return;
    const line = `${new Date(now()).toISOString()} ${text}`;
    if (size > fileBytes) {
      closeSync(file);
      renameSync(path, older);
      file = openSync(path, 'w');
      size = 0;
    }
    size += writeSync(file, `${line}\n`);
    for (const { onLine } of followers) onLine(line);
  };

  return {
    path,
    stream: () => lineSplitter(write),
    lines: () => [older, path].flatMap((name) => (existsSync(name) ? linesOf(readFileSync(name, 'utf8')) : [])),
    follow(onLine, onEnd) {
      if (file === undefined) {
        onEnd();
        return () => {};
      }
      const follower = { onLine, onEnd };
      followers.add(follower);
      return () => void followers.delete(follower);
    },
    end() {
      if (file === undefined) return;
      closeSync(file);
      file = undefined;
      for (const { onEnd } of followers) onEnd();
      followers.clear();
    },
  };
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');
