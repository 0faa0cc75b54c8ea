import { Agent } from 'undici';
import type { KubeObject } from '../../kube.ts';
import { type WatchEvent, watchEvents } from '../watch/watch-events.ts';
import { type Answer, answerTo } from './answer.ts';
import { ApiError, retryAfterMs, type Status } from './api-error.ts';
import { withoutManagedFields } from './managed-fields.ts';

/** Where an API server is and who we are to it. */
export interface ClientConfig {
  /** `https://host:port`, without a trailing slash. */
  readonly server: string;
  /** PEM; without it the system's roots. */
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly serverName?: string;
  readonly skipTlsVerify?: boolean;
  /** The `Authorization` header, asked for before every request since tokens rotate. */
  readonly authorization?: () => Promise<string | undefined>;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Sent beside those that the request needs. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told the HTTP status of the answer, also of a refusal. */
  readonly onStatus?: (status: number) => void;
  /** Called as the request is put on its connection, all else being there. What it throws, the request fails with, unsent. */
  readonly beforeSent?: () => void;
  /** How the text of a success is read, `managedFields` and all. Default as JSON without them, where it is JSON. */
  readonly read?: (text: string) => unknown;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface KubeClient {
  /** Host and port of the API server. */
  readonly host: string;
  /**
   * The answer's JSON (its text, if it is no JSON) without `managedFields`, or what `read` makes of its text. Throws
   * ApiError for a refusal, undici's error for a broken connection, and whatever `read` throws.
   */
  request<T = unknown>(method: Method, path: string, options?: RequestOptions): Promise<T>;
  /** Events until the server closes cleanly. Throws ApiError, UnparsableLine, or undici's error. */
  watch<T extends KubeObject = KubeObject>(path: string, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Ends every connection, watches included. */
  close(): Promise<void>;
}

export interface WatchOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal;
  /** Sent beside those that the request needs. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told the HTTP status when the watch begins or is refused. */
  readonly onStatus?: (status: number) => void;
}

/** How long the API server may take to begin an answer, and may be silent within one that is no watch. */
const answerTimeoutMs = 30_000;

/** After so long without a sign of life the kernel asks the other side for one, every second, and gives up after ten. */
const keepAliveMs = 15_000;

/**
 * A client with two connections, one for requests and one for watches, where the API server speaks HTTP/2; otherwise each
 * watch and each request under way has one to itself. (The client library's own opens a TLS connection per request, which
 * costs four times the CPU and most of the rate.)
 */
export function kubeClient(config: ClientConfig): KubeClient {
  const requests = connection(config);
  // Of their own: what watches bring at once, after a list, holds up no answer.
  const watches = connection(config);

  const question = async (method: Method, path: string, options: RequestOptions, bodyTimeout: number) => {
    const authorization = await config.authorization?.();
    const { body, contentType = 'application/json' } = options;
    return {
      origin: config.server,
      path: `${path}${queryString(options.query)}`,
      method,
      bodyTimeout,
      headers: {
        accept: 'application/json',
        ...options.headers,
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
  };

  return {
    host: new URL(config.server).host,

    async request<T>(method: Method, path: string, options: RequestOptions = {}) {
      const answer = await answerTo(await question(method, path, options, answerTimeoutMs), requests, options);
      if (answer.statusCode >= 400) throw refusal(answer, answer.text, `${method} ${path}`);
      return (options.read ?? parsed)(answer.text) as T;
    },

    async *watch<T extends KubeObject>(path: string, options: WatchOptions = {}) {
      // No time limit on the body: a watch of a quiet kind is silent for a minute. The reflector keeps one of its own.
      const query = { ...options.query, watch: true };
      const response = await watches.request({
        ...(await question('GET', path, { ...options, query }, 0)),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      options.onStatus?.(response.statusCode);
      if (response.statusCode >= 400) throw refusal(response, await response.body.text(), `watch ${path}`);
      yield* watchEvents<T>(response.body);
    },

    close: async () => void (await Promise.all([requests.destroy(), watches.destroy()])),
  };
}

const connection = (config: ClientConfig): Agent =>
  new Agent({
    allowH2: true,
    // A ping that is not answered would keep the kernel from asking, and nobody looks at it.
    h2Options: { pingInterval: 0 },
    connections: 128,
    keepAliveTimeout: 60_000,
    headersTimeout: answerTimeoutMs,
    connect: { preferH2: true, timeout: 10_000, keepAliveInitialDelay: keepAliveMs, ...tls(config) },
  });

const tls = (config: ClientConfig) => ({
  ...(config.ca === undefined ? {} : { ca: config.ca }),
  ...(config.cert === undefined ? {} : { cert: config.cert }),
  ...(config.key === undefined ? {} : { key: config.key }),
  ...(config.serverName === undefined ? {} : { servername: config.serverName }),
  ...(config.skipTlsVerify === true ? { rejectUnauthorized: false } : {}),
});

function queryString(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
}

function refusal(response: Pick<Answer, 'statusCode' | 'headers'>, text: string, request: string): ApiError {
  const header = response.headers['retry-after'];
  const wait = retryAfterMs(typeof header === 'string' ? header : undefined, Date.now());
  const body = parsed(text);
  const status: Partial<Status> = typeof body === 'object' && body !== null ? body : { message: String(body).trim() };
  return new ApiError(response.statusCode, status, { request, ...(wait === undefined ? {} : { retryAfterMs: wait }) });
}

/** Logs of a pod and the answers of proxies are no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(withoutManagedFields(text));
  } catch {
    return text;
  }
}
