import { rename, writeFile } from 'node:fs/promises';

/** Writes a file as a kubelet and most editors do: who reads it meanwhile finds the old text or the new, never half of it. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.next`, text);
  await rename(`${file}.next`, file);
}
