import { isMap, parse, parseAllDocuments, stringify } from 'yaml';

/**
 * The operator's manifests, with these fields set in its configuration, and with one replica: where there is one node a
 * second could not outlive the first. All else stays as it is.
 */
export function forOneNode(manifests: string, fields: Readonly<Record<string, unknown>>): string {
  const documents = parseAllDocuments(manifests).filter((document) => isMap(document.contents));
  for (const document of documents) {
    if (document.getIn(['metadata', 'name']) !== 'liveroom-operator') continue;
    if (document.get('kind') === 'Deployment') document.setIn(['spec', 'replicas'], 1);
    if (document.get('kind') !== 'ConfigMap') continue;
    const path = ['data', 'config.yaml'];
    document.setIn(path, stringify({ ...parse(String(document.getIn(path))), ...fields }));
  }
  return documents.map(String).join('---\n');
}
