{{- define "liveroom.labels" -}}
app.kubernetes.io/name: liveroom-operator
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: liveroom
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "liveroom.selector" -}}
app.kubernetes.io/name: liveroom-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "liveroom.image" -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end -}}
