/** The local cluster's own page: which rooms there are, and where they are published to and watched. Pure. */
import { publicPath } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { Nowhere, Problem } from './node/front-door.ts';
import { againInSeconds, notReady } from './room-readiness.ts';

/** What the page has of a room. */
export type ListedRoom = Pick<LiveRoom, 'status'> & {
  readonly metadata: Pick<LiveRoom['metadata'], 'namespace' | 'name'>;
};

export interface WrongWay extends Problem {
  readonly status: 404 | 503;
  /** What keeps the room from being Ready: the cluster's own affairs, and no stranger's. */
  readonly why?: string;
}

/** A wrong way as it is told to whoever runs the cluster. */
export const inFull = ({ detail, why }: WrongWay): string => (why === undefined ? detail : `${detail} ${why}`);

/** As a page of another origin is told, which reads any answer. */
export const inPublic = ({ detail, why }: WrongWay): string => (why === undefined ? detail : `${detail} / says why.`);

const paths =
  'A room is watched at /{namespace}/{room}/ and published to at /{namespace}/{room}/publish; encoders and players have ' +
  '/{namespace}/{room}/whip and /whep. / lists the rooms.';

/** What the page says when nobody has said yet which rooms there are. */
export const unlisted: WrongWay = {
  status: 503,
  detail: 'The list of rooms is not to be had now.',
  retryAfterSeconds: 1,
};

type Rooms = readonly ListedRoom[] | undefined;

/**
 * What to say of a request for `path` that leads to no pod: that there is no such room, or why it is not Ready. Where nobody
 * knows which `rooms` there are, what the front door says.
 */
export function wrongWay(path: string, { route, ...lost }: Nowhere, rooms: Rooms): WrongWay {
  if (route === undefined) return { status: 404, detail: `There is nothing at ${path}. ${paths}` };
  if (rooms === undefined) return lost;
  const key = `${route.namespace}/${route.service}`;
  const room = rooms.find((one) => keyOf(one) === key);
  if (room === undefined)
    return lost.status === 404 ? { status: 404, detail: `There is no room ${key}. ${paths}` } : lost;
  const why = notReady(room);
  // Its pods and its Service are seen a moment sooner or later than it is.
  if (why === undefined) return { status: 503, detail: lost.detail, retryAfterSeconds: 1 };
  const detail = `Room ${key} is not Ready.`;
  return { status: 503, detail, why, retryAfterSeconds: againInSeconds(room) };
}

/** How often a page looks again that waits for a room. */
const againSeconds = 5;

/** Whether that for which somebody has come may be there soon: for whoever looks at the list, any room. */
function isWaiting(rooms: readonly ListedRoom[], wrong: WrongWay | undefined): boolean {
  if (wrong !== undefined) return wrong.retryAfterSeconds !== undefined;
  return rooms.length === 0 || rooms.some((room) => notReady(room) !== undefined && againInSeconds(room) !== undefined);
}

/** The page, as HTML; `wrong` is what led to it, if that was not its own path. Without `rooms` it says nothing of them. */
export function roomsPage(rooms: Rooms, wrong?: WrongWay): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
${isWaiting(rooms ?? [], wrong) ? `    <meta http-equiv="refresh" content="${againSeconds}">\n` : ''}    <title>LiveRoom rooms</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/style.css">
  </head>
  <body>
    <header>
      <span class="brand">LiveRoom</span>
      <h1>Rooms of this cluster</h1>
    </header>
    <main>
${wrong === undefined ? '' : `      <p role="alert">${text(inFull(wrong))}</p>\n`}${rooms === undefined ? '' : inOrder(rooms).map(section).join('') || none}${tokens}
    </main>
  </body>
</html>
`;
}

/** That of their names, by namespace: a page that looks again is not to change for nothing. */
const inOrder = (rooms: readonly ListedRoom[]) => rooms.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

const keyOf = ({ metadata: { namespace, name } }: ListedRoom): string => `${namespace}/${name}`;

function section(room: ListedRoom): string {
  const { namespace, name } = room.metadata;
  const { whipURL, whepURL } = room.status ?? {};
  const why = notReady(room);
  const [publish, play] = [publicPath.publisher(namespace, name), publicPath.player(namespace, name)];
  return `      <section class="card">
        <div class="row">
          <h2>${text(keyOf(room))}</h2>
          <p class="quiet">${why === undefined ? audience(room) : 'Not Ready'}</p>
        </div>
${why === undefined ? '' : `        <p class="problem">${text(why)}</p>\n`}        <p><a href="${text(publish)}">Publish</a> · <a href="${text(play)}">Watch</a></p>
${whipURL && whepURL ? `        <p class="quiet">WHIP ${text(whipURL)}<br>WHEP ${text(whepURL)}</p>\n` : ''}      </section>
`;
}

function audience({ status }: ListedRoom): string {
  const viewers = status?.subscribers ?? 0;
  const watching = viewers === 0 ? '' : viewers === 1 ? ', 1 viewer' : `, ${viewers} viewers`;
  return `${status?.publisher?.connected ? 'On the air' : 'Ready'}${watching}`;
}

/** Whatever cluster kubectl is set to otherwise. The file is where `npm start` has put it. */
const kubectl = 'kubectl --kubeconfig .liveroom/kubeconfig';

const none = `      <p>There is no room. In this project's folder, <code>${kubectl} apply -f docs/examples/liveroom.yaml</code> makes one.</p>\n`;

/** The page is for whoever reaches this machine's port, and so has no token. */
const tokens = `      <p class="quiet">A room's pages ask for its token. <code>npm start</code> prints those of the room that it makes. Those of
        another, in this project's folder:
        <code>${kubectl} get secret ROOM-tokens -n NAMESPACE -o jsonpath='{.data.publish}' | base64 -d</code>, with
        <code>play</code> to watch. A room that names a Secret of its own has them there.</p>`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** As text, or between double quotes. */
const text = (words: string): string => words.replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign);
