import { stringify } from 'yaml';
import { definition } from '#crds/definition.ts';

const header = '# Generated from crds/schema.ts by `npm run gen`. Do not edit.\n';

/** The CustomResourceDefinition as YAML, for `kubectl apply` and for readers. */
export const crdYaml = () => header + stringify(definition, { aliasDuplicateObjects: false, lineWidth: 0 });

/** The same inside the chart, where values decide whether it is installed and whether an uninstall keeps it. */
export function crdTemplate(): string {
  const { metadata, ...rest } = definition;
  const body = stringify(rest, { aliasDuplicateObjects: false, lineWidth: 0 });
  return [
    header.trimEnd(),
    '{{- if .Values.crds.enabled }}',
    'metadata:',
    `  name: ${metadata.name}`,
    '  labels: {{- include "liveroom.labels" . | nindent 4 }}',
    '  {{- if .Values.crds.keep }}',
    '  annotations: {helm.sh/resource-policy: keep}',
    '  {{- end }}',
    body.trimEnd(),
    '{{- end }}',
    '',
  ].join('\n');
}
