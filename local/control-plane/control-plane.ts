import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { type Daemon, ready, startDaemon } from './daemon.ts';
import { apiPort, apiServerFlags, controllerManagerFlags, etcdFlags, type Files, schedulerFlags } from './flags.ts';
import { kubeconfig } from './kubeconfig.ts';

export type Program = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

export interface ControlPlaneOptions {
  /** Where each program is. */
  readonly binaries: Readonly<Record<Program, string>>;
  /** An empty folder that only this user can read. */
  readonly dir: string;
  readonly logsDir: string;
  /** The API server listens here, on port 6443. */
  readonly address: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (text: string) => void;
}

export interface ControlPlane {
  readonly url: string;
  readonly caFile: string;
  /** The API server's certificate and key, which name its address. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly adminToken: string;
  /** For programs that reach `url`. */
  readonly kubeconfigFile: string;
  /** Rejects when one of the programs ends by itself; never resolves. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

const readyDeadlineMs = 60_000;

/** Starts a control plane and waits until it admits pods. Throws, with the end of its log, if a program fails. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { binaries, dir, logsDir, address, env, log } = options;
  const adminToken = randomBytes(24).toString('base64url');
  const files = await prepare(dir, adminToken);
  const url = `https://${address}:${apiPort}`;
  const daemons: Daemon[] = [];
  const logFile = (name: Program) => join(logsDir, `${name}.log`);
  const start = async (name: Program, flags: readonly string[]) => {
    const daemon = await startDaemon(binaries[name], flags, { cwd: dir, env, logFile: logFile(name) });
    daemons.push(daemon);
    return daemon;
  };
  const stop = async () => {
    for (const daemon of daemons.toReversed()) await daemon.stop();
  };

  try {
    const etcd = await start('etcd', etcdFlags);
    const apiServer = await start('kube-apiserver', apiServerFlags(address, files));
    const deadline = { deadlineMs: readyDeadlineMs };
    const waitForApi = ready(apiServer, () => answers(url, files, adminToken, '/readyz'), {
      ...deadline,
      logFile: logFile('kube-apiserver'),
    });
    await Promise.race([waitForApi, etcd.failed]);
    log('The API server is ready.');

    await writeFile(files.kubeconfig, kubeconfig({ url, ca: await readFile(files.ca, 'utf8'), token: adminToken }));
    await start('kube-scheduler', schedulerFlags(files));
    const controllers = await start('kube-controller-manager', controllerManagerFlags(files));
    // Without it the API server refuses pods, and it is made by the controllers.
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await ready(controllers, () => answers(url, files, adminToken, account), {
      ...deadline,
      logFile: logFile('kube-controller-manager'),
    });
    log('The controllers are ready.');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    caFile: files.ca,
    certFile: files.ca,
    keyFile: join(files.certDir, 'apiserver.key'),
    adminToken,
    kubeconfigFile: files.kubeconfig,
    failed: Promise.race(daemons.map((daemon) => daemon.failed)),
    stop,
  };
}

/** Writes what the programs read. */
async function prepare(dir: string, adminToken: string): Promise<Files> {
  const certDir = join(dir, 'pki');
  const files: Files = {
    tokens: join(dir, 'tokens.csv'),
    serviceAccountKey: join(dir, 'service-account.key'),
    certDir,
    // The API server writes its certificate and the authority that signed it into one file.
    ca: join(certDir, 'apiserver.crt'),
    kubeconfig: join(dir, 'kubeconfig'),
  };
  await mkdir(certDir, { recursive: true });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(files.serviceAccountKey, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  await writeFile(files.tokens, `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 });
  return files;
}

/** Whether the API server answers a GET with success. */
async function answers(url: string, files: Files, token: string, path: string): Promise<boolean> {
  const client = kubeClient({
    server: url,
    ca: await readFile(files.ca),
    authorization: async () => `Bearer ${token}`,
  });
  try {
    await client.request('GET', path);
    return true;
  } finally {
    await client.close();
  }
}
