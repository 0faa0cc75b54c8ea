/** What the process outside and the one inside say to each other over IPC. */
import type { Program } from './control-plane/control-plane.ts';
import type { MonitoringProgram } from './monitoring/images.ts';
import type { Site } from './network.ts';

export interface StartSettings {
  readonly site: Site;
  /** The cluster's folder; nothing of the cluster is elsewhere. */
  readonly dir: string;
  readonly logsDir: string;
  /** The project's root: the working directory of our images. */
  readonly root: string;
  /** Other working directories, by the beginning of the images' names. */
  readonly images: Readonly<Record<string, string>>;
  readonly binaries: Readonly<Record<Program, string>>;
  readonly hasNode: boolean;
  /** Where each is, in a cluster that is to run them. */
  readonly monitoring?: Readonly<Record<MonitoringProgram, string>>;
  /** The machine's address on which host ports are opened. */
  readonly hostAddress: string;
}

/** Sockets that the process outside opens unasked. */
export type FrontSocket = 'api' | 'http' | 'monitoring';

export type ToInside =
  | { readonly kind: 'start'; readonly settings: StartSettings }
  /** Comes with the socket, for the request or the front socket of that id. */
  | { readonly kind: 'socket'; readonly id: string }
  | { readonly kind: 'refused'; readonly id: string; readonly message: string }
  | { readonly kind: 'stop' };

export type ToOutside =
  | { readonly kind: 'open'; readonly id: string; readonly protocol: 'UDP' | 'TCP'; readonly port: number }
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'ready'; readonly ca: string; readonly token: string }
  /** The cluster cannot start, or go on. */
  | { readonly kind: 'failed'; readonly message: string };
