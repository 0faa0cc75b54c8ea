import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const namespace = 'liveroom-system';

const header = `# Rendered from charts/liveroom by \`npm run gen\`. Do not edit.
apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  labels:
    app.kubernetes.io/part-of: liveroom
---
`;

/** The chart with its default values as one file, for \`kubectl apply -f\`. `helm` is the path of the Helm binary. */
export async function installYaml(helm: string, chart: string): Promise<string> {
  // Nothing is managed by Helm in an install without it, and the policy to keep the CRD means nothing to kubectl.
  const { stdout } = await promisify(execFile)(
    helm,
    ['template', 'liveroom', chart, '--namespace', namespace, '--set', 'crds.keep=false'],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  const body = stdout.replaceAll('app.kubernetes.io/managed-by: Helm', 'app.kubernetes.io/managed-by: kubectl');
  return header + body.replace(/^---\n/, '');
}
