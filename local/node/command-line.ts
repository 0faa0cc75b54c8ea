import { expanded } from './expand.ts';
import type { Container } from './objects.ts';

/** What stands on this machine for the images whose name begins with a prefix. */
export interface LocalImage {
  /** The working directory of containers that name none of their own. */
  readonly cwd: string;
  /** The image's own command, used by containers that name none. */
  readonly command?: readonly string[];
  /** The image's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * All files of the image that its program needs, by their path in it: containers get a file system of their own.
   * Without it they see this machine's, and paths of volumes are replaced in their commands and variables.
   */
  readonly files?: Readonly<Record<string, string>>;
}

export type LocalImages = Readonly<Record<string, LocalImage>>;

/** The stand-in for an image: that of the longest prefix of its name. */
export function localImage(images: LocalImages, image: string): LocalImage | undefined {
  const [longest] = Object.keys(images)
    .filter((prefix) => image.startsWith(prefix))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : images[longest];
}

export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

interface Input {
  readonly image: LocalImage;
  readonly variables: Readonly<Record<string, string>>;
  /** From paths in the container to paths on disk. */
  readonly onDisk: (text: string) => string;
  /** The Node that runs this: `node` means it, whatever else is on the PATH. */
  readonly node: string;
}

/** What to run for a container. Undefined when neither it nor its image names a command. */
export function commandLine(
  container: Pick<Container, 'command' | 'args' | 'workingDir'>,
  { image, variables, onDisk, node }: Input,
): CommandLine | undefined {
  const words = [...(container.command ?? image.command ?? []), ...(container.args ?? [])];
  const [file, ...args] = words.map((word) => onDisk(expanded(word, variables)));
  if (file === undefined) return undefined;
  return {
    file: file === 'node' ? node : file,
    args,
    cwd: container.workingDir === undefined ? image.cwd : onDisk(container.workingDir),
  };
}
