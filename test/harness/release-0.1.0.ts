import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { plan } from '#operator/decide/plan.ts';
import type { KubeObject } from '#operator/kube.ts';

/** What release 0.1.0 made of a room with this UID, with the hashes of what it applied, as JSON. */
export async function objectsOf010(uid: string): Promise<readonly string[]> {
  const text = await readFile('test/fixtures/0.1.0/room.yaml', 'utf8');
  const documents = parseAllDocuments(text.replaceAll('00000000-0000-4000-8000-000000000001', uid));
  const objects = documents.map((document) => document.toJS() as KubeObject);
  const isApplied = ({ kind }: KubeObject) => kind === 'Service' || kind === 'ConfigMap';
  const stamped = plan(objects.filter(isApplied), []).map(({ object }) => object);
  return [...stamped, ...objects.filter((object) => !isApplied(object))].map((object) => JSON.stringify(object));
}
