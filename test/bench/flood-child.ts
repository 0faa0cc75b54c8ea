/** Asks as fast as it is answered, on several connections, in a process of its own. */
import { Agent, get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { answer } from './forwarding-child.ts';

export interface Flood {
  readonly requests: readonly { readonly url: string; readonly accept: string }[];
  readonly connections: number;
}

let answered = 0;

function start({ requests, connections }: Flood): void {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  for (let i = 0; i < connections; i++) void askOn(requests, agent, i);
}

async function askOn(requests: Flood['requests'], agent: Agent, from: number): Promise<void> {
  for (let i = from; ; i++) {
    const { url, accept } = requests[i % requests.length] ?? { url: '', accept: '' };
    await new Promise<void>((resolve, reject) =>
      get(url, { agent, headers: { accept } }, (response) => buffer(response).then(() => resolve(), reject)).on(
        'error',
        reject,
      ),
    );
    answered += 1;
  }
}

answer(start, () => answered);
