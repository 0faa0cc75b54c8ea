import { isMap, parse, parseAllDocuments, stringify } from 'yaml';

/** The operator's manifests, with these fields set in its configuration. All else stays as it is. */
export function withConfig(manifests: string, fields: Readonly<Record<string, unknown>>): string {
  const documents = parseAllDocuments(manifests).filter((document) => isMap(document.contents));
  for (const document of documents) {
    const isConfig =
      document.get('kind') === 'ConfigMap' && document.getIn(['metadata', 'name']) === 'liveroom-operator';
    if (!isConfig) continue;
    const path = ['data', 'config.yaml'];
    document.setIn(path, stringify({ ...parse(String(document.getIn(path))), ...fields }));
  }
  return documents.map(String).join('---\n');
}
