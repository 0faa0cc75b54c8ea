{{- /*
What the operator asks for, and nothing else. It neither lists nor watches Secrets: it reads those that rooms name, and
makes and removes those with generated tokens, and with what server pods share.
*/ -}}
{{- define "liveroom.rulesInNamespaces" -}}
- apiGroups: [liveroom.dev]
  resources: [liverooms]
  verbs: [list, watch]
- apiGroups: [liveroom.dev]
  resources: [liverooms/status]
  verbs: [patch]
# Owner references that block an owner's deletion, where the cluster checks for the permission.
- apiGroups: [liveroom.dev]
  resources: [liverooms/finalizers]
  verbs: [update]
- apiGroups: [""]
  resources: [pods, services, configmaps]
  verbs: [get, list, watch, create, patch, delete]
# What leads host names to rooms, and who may reach their pods.
- apiGroups: [networking.k8s.io]
  resources: [ingresses, networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes]
  verbs: [get, list, watch, create, patch, delete]
# For rooms whose pods nobody may evict.
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
- apiGroups: [monitoring.coreos.com]
  resources: [servicemonitors, prometheusrules]
  verbs: [get, list, watch, create, patch, delete]
{{- end -}}

{{- /*
Whether namespaces are on their way out; where pods can be reached; which kinds come and go; who selects the monitors, for
MonitoringReady.
*/ -}}
{{- define "liveroom.rulesInCluster" -}}
- apiGroups: [""]
  resources: [namespaces]
  {{- with .Values.watchNamespaces }}
  resourceNames: {{ toJson (uniq .) }}
  {{- end }}
  verbs: [list, watch]
- apiGroups: [""]
  resources: [nodes]
  verbs: [list, watch]
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  verbs: [list, watch]
- apiGroups: [monitoring.coreos.com]
  resources: [prometheuses, prometheusagents, thanosrulers]
  verbs: [list, watch]
{{- end -}}

{{- /* For its own ServiceMonitor and PrometheusRule, where it looks after rooms of other namespaces only. */ -}}
{{- define "liveroom.rulesAtHome" -}}
- apiGroups: [""]
  resources: [services]
  verbs: [get]
- apiGroups: [monitoring.coreos.com]
  resources: [servicemonitors, prometheusrules]
  verbs: [get, list, watch, create, patch, delete]
{{- end -}}

{{- /* Of what is not in the release's own namespace: another release may be there, with another id. */ -}}
{{- define "liveroom.sharedName" -}}
liveroom-operator{{ with .Values.id }}-{{ . }}{{ end }}
{{- end -}}

{{- define "liveroom.subjects" -}}
- kind: ServiceAccount
  name: liveroom-operator
  namespace: {{ .Release.Namespace }}
{{- end -}}
