import { relative } from 'node:path';
import type { Cluster } from './cluster.ts';
import { plotsPath } from './monitoring/door.ts';
import { findProgram } from './path.ts';

interface RoomPages {
  readonly publisher: string;
  readonly player: string;
  /** For encoders, with the token that they need; empty: none, or one that the room names. */
  readonly whip: string;
  readonly publishToken: string;
}

/** What `npm start` prints when all of it runs: where to publish, to watch and to look, and how to have more rooms. */
export async function summaryOf(
  cluster: Cluster,
  pages: RoomPages,
  { kubeconfigFile, env }: { readonly kubeconfigFile: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  const installed = await findProgram('kubectl', env);
  const kubectl = installed === undefined ? cluster.kubectlFile : 'kubectl';
  const toCluster = `${kubectl} --kubeconfig ${relative(process.cwd(), kubeconfigFile)}`;
  return `  Publish   ${pages.publisher}
${encoderLines(pages)}
  Watch     ${pages.player}
  Rooms     ${cluster.httpURL}/  (all that there are)
${await monitoringLines(cluster)}
  Look      ${toCluster} get liverooms
            ${toCluster} logs -n liveroom-system deployment/liveroom-operator
  Add       ${toCluster} apply -f ROOM.yaml
  Logs      ${cluster.logsDir}  (of the control plane)
`;
}

/** OBS and ffmpeg take them as they are. */
function encoderLines({ whip, publishToken }: RoomPages): string {
  const bearer =
    publishToken === '' ? '' : `\n  Token     ${publishToken}  (Bearer, for OBS and ffmpeg: docs/guides/encoders.md)`;
  return `  WHIP      ${whip}${bearer}`;
}

async function monitoringLines({ monitoringURL }: Cluster): Promise<string> {
  if (monitoringURL === undefined) return '';
  const { ok: hasPages } = await fetch(monitoringURL);
  const api = `  (built with Go, so without its own pages: ${monitoringURL}/api/v1/query?query=live_subscribers answers)`;
  return `
  Plots       ${monitoringURL}${plotsPath}
  Prometheus  ${monitoringURL}${hasPages ? '' : api}
`;
}
