import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { group, publicPath, type tokenKey, tokensSecretName } from '#crds/contract.ts';
import { apiVersion, kind, type LiveRoom, plural } from '#crds/liveroom.ts';
import { absentIfNotFound } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { yamlProblem } from '#server/settings/yaml-problem.ts';
import type { Cluster } from './cluster.ts';
import { notReady } from './room-readiness.ts';
import { CommandFailed, run } from './run.ts';
import { until, type WaitOptions } from './until.ts';

export interface RoomName {
  readonly namespace: string;
  readonly name: string;
}

export interface WantedRoom extends RoomName {
  readonly file: string;
}

/** Reads which room a manifest is of. Throws an error that names the file and says what is wrong with it. */
export async function readRoom(file: string): Promise<WantedRoom> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = unreadable[error.code ?? ''] ?? error.message;
    throw new Error(`Cannot read the room of ${file}: ${why}.`, { cause: error });
  });
  try {
    return { ...roomNameIn(text), file };
  } catch (error) {
    throw new Error(`The room of ${file} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

/**
 * Name and namespace of the room in a manifest, which may have other objects besides, such as its namespace. Throws an
 * error that says what is wrong with it.
 */
export function roomNameIn(yaml: string): RoomName {
  const documents = [...parseAllDocuments(yaml)];
  const [problem] = documents.flatMap(({ errors }) => errors);
  if (problem !== undefined) throw new Error(yamlProblem(problem));
  const objects = documents.map((document) => document.toJS());
  if (objects.some((object) => object?.rooms !== undefined))
    throw new Error(`it lists "rooms:", which is for one server without Kubernetes: npm run sfu -- FILE takes it`);
  const metadata = objects.find((object) => object?.kind === kind)?.metadata;
  if (typeof metadata?.name !== 'string') throw new Error(`it has no ${kind} with a metadata.name`);
  return { name: metadata.name, namespace: metadata.namespace ?? 'default' };
}

const roomAPI = ({ namespace, name }: RoomName) =>
  `/apis/${group}/${apiVersion}/namespaces/${namespace}/${plural}/${name}`;

/**
 * Applies a room as its user would, so that `kubectl apply` of the same file goes on from there. The API server knows
 * the kind a moment after its CRD: until then it is asked again. Throws with the file's name and what kubectl said.
 */
export async function applyRoom(
  { kubectlFile, kubeconfigFile }: Pick<Cluster, 'kubectlFile' | 'kubeconfigFile'>,
  file: string,
  options: WaitOptions,
): Promise<void> {
  const { signal } = options;
  await until(options, `the API server to know ${plural}`, async () => {
    try {
      await run(kubectlFile, ['--kubeconfig', kubeconfigFile, 'apply', '-f', file], { signal });
      return true;
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      if (error.said.includes(kindUnknown)) return false;
      throw new Error(`The room of ${file} was refused:\n${error.said || error.message}`, { cause: error });
    }
  });
}

/** Of this version only: any other stays unknown. */
const kindUnknown = `no matches for kind "${kind}" in version "${group}/${apiVersion}"`;

/** Waits until the room is Ready; `onMessage` gets each new message of its Ready condition. */
export async function roomReady(
  client: KubeClient,
  room: RoomName,
  options: WaitOptions & { readonly onMessage: (message: string) => void },
): Promise<void> {
  let said = '';
  await until(options, `room ${room.namespace}/${room.name} to be Ready`, async () => {
    const why = notReady(await client.request<LiveRoom>('GET', roomAPI(room)));
    if (why !== undefined && why !== said) options.onMessage(why);
    said = why ?? '';
    return why === undefined;
  });
}

/**
 * The pages of a room, with its generated tokens where it has any, and where an encoder publishes to. In a page's URL they are
 * in the fragment: a browser keeps that to itself.
 */
export async function roomPages(client: KubeClient, { namespace, name }: RoomName, base: string) {
  const path = `/api/v1/namespaces/${namespace}/secrets/${tokensSecretName(name)}`;
  const secret = await client.request<{ data?: TokenData }>('GET', path).catch(absentIfNotFound);
  const token = (key: keyof TokenData) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
  // The publisher page has a link to the player.
  const publish = fragment({ token: token('publish'), play: token('play') });
  return {
    publisher: `${base}${publicPath.publisher(namespace, name)}${publish}`,
    player: `${base}${publicPath.player(namespace, name)}${fragment({ token: token('play') })}`,
    whip: `${base}${publicPath.whip(namespace, name)}`,
    publishToken: token('publish'),
  };
}

type TokenData = Partial<Record<keyof typeof tokenKey, string>>;

function fragment(fields: Readonly<Record<string, string>>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== '');
  return given.length === 0 ? '' : `#${new URLSearchParams(given)}`;
}
