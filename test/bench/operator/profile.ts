/** Where the operator's CPU goes, by what V8's sampler saw on its main thread. */
import { readFile } from 'node:fs/promises';

/** A part of a profile that is on disk, between two moments of the kernel's monotonic clock. */
export interface Sampled {
  readonly profile: string;
  readonly fromUs: number;
  readonly toUs: number;
}

/** Shares of the time in which the thread had something to do, 0 to 1, largest first. */
export interface Shares {
  /** All of it by what places are one of. */
  readonly kinds?: readonly Share[];
  readonly places: readonly Share[];
  readonly functions: readonly Share[];
}

export interface Share {
  readonly name: string;
  readonly share: number;
}

/** What of a .cpuprofile is read. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const root = new URL('../../../', import.meta.url).href;

export async function sharesOf({ profile, fromUs, toUs }: Sampled): Promise<Shares> {
  return shares(JSON.parse(await readFile(profile, 'utf8')), { root, fromUs, toUs });
}

type Frame = CpuProfile['nodes'][number]['callFrame'];

export interface SharesOptions {
  /** The URL under which our files are, with a slash at its end. */
  readonly root: string;
  readonly fromUs: number;
  readonly toUs: number;
}

/** Sums up a part of a profile: what is not JavaScript counts for the function that called it. */
export function shares(profile: CpuProfile, { root: ours, fromUs, toUs }: SharesOptions): Shares {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  /** The nearest function that has a file, or the name of what V8 itself does. */
  const owner = (id: number | undefined): Frame | undefined => {
    const frame = id === undefined ? undefined : frames.get(id);
    if (frame === undefined || frame.url !== '' || frame.functionName.startsWith('(')) return frame;
    return owner(parents.get(id ?? 0)) ?? frame;
  };
  const owners = new Map(profile.nodes.map(({ id }) => [id, owner(id)]));
  const places = new Map<string, number>();
  const functions = new Map<string, number>();
  let atUs = profile.startTime;
  for (const [i, id] of profile.samples.entries()) {
    const us = profile.timeDeltas[i] ?? 0;
    atUs += us;
    const frame = owners.get(id);
    if (atUs < fromUs || atUs > toUs || frame === undefined || frame.functionName === '(idle)') continue;
    const place = placeOf(frame, ours);
    places.set(place, (places.get(place) ?? 0) + us);
    if (frame.url === '') continue;
    const name = `${frame.functionName || 'anonymous'} (${fileOf(frame.url, ours)})`;
    functions.set(name, (functions.get(name) ?? 0) + us);
  }
  const all = places.values().reduce((total, us) => total + us, 0);
  const kinds = new Map<string, number>();
  for (const [place, us] of places) kinds.set(kindOf(place), (kinds.get(kindOf(place)) ?? 0) + us);
  return {
    kinds: largest(kinds, all, kinds.size),
    places: largest(places, all, 14),
    functions: largest(functions, all, 10),
  };
}

function largest(times: ReadonlyMap<string, number>, all: number, count: number): readonly Share[] {
  const sorted = [...times].toSorted(([, one], [, other]) => other - one);
  return sorted.slice(0, count).map(([name, us]) => ({ name, share: Math.round((us / all) * 1e4) / 1e4 }));
}

const garbage = 'garbage collection on the main thread';
const native = 'native code outside of any function';
const ofNode = 'Node: ';

/** A folder of ours, a package, or a part of Node. */
function placeOf({ functionName, url }: Frame, ours: string): string {
  if (url === '') return functionName === '(garbage collector)' ? garbage : native;
  const [, part] = /^node:(?:internal\/)?([^/]+)/.exec(url) ?? [];
  if (part !== undefined) return `${ofNode}${part}`;
  const [, dependency] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
  const file = fileOf(url, ours);
  return dependency ?? file.slice(0, Math.max(0, file.lastIndexOf('/')));
}

/** What a place is one of. */
export function kindOf(place: string): string {
  if (place === garbage || place === native) return place;
  if (place.startsWith(ofNode)) return 'Node itself';
  return /^(crds|operator|tracing)(\/|$)/.test(place) ? "the operator's own code" : 'packages';
}

/** A place without the kind that it tells of itself. */
export const withoutKind = (place: string): string => (place.startsWith(ofNode) ? place.slice(ofNode.length) : place);

/** Of a file that is not of this tree, its folder and its name. */
function fileOf(url: string, ours: string): string {
  if (url.startsWith(ours)) return url.slice(ours.length).replace('node_modules/', '');
  return url.startsWith('file:') ? url.split('/').slice(-2).join('/') : url;
}
