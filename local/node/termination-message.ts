import type { Container } from './objects.ts';

/** Limits of the kubelet: bytes of the file, and lines and characters of the log in its place. */
const mostOfFile = 4096;
const mostLines = 80;
const mostOfLog = 2048;

/** What a process left to say: its message file, else, if it failed and the container asks for that, the end of its log. */
export function terminationMessage(
  container: Container,
  { exitCode, file, log }: { readonly exitCode: number; readonly file: Buffer; readonly log: () => readonly string[] },
): string {
  const wantsLog = container.terminationMessagePolicy === 'FallbackToLogsOnError' && exitCode !== 0;
  if (file.length > 0 || !wantsLog) return file.subarray(0, mostOfFile).toString('utf8');
  const lines = log().slice(-mostLines);
  return lines
    .map((line) => line.slice(line.indexOf(' ') + 1))
    .join('\n')
    .slice(-mostOfLog);
}
