{{/* Environment of the roles, one part for each concern. */}}

{{/* Of (list variable secret-name key). */}}
{{- define "gildhall.env.secret" -}}
- name: {{ index . 0 }}
  valueFrom:
    secretKeyRef:
      name: {{ index . 1 }}
      key: {{ index . 2 }}
{{- end }}

{{/* The database login of a role, which may have one of its own. Of (list $ login). */}}
{{- define "gildhall.env.database" -}}
{{- $secrets := (index . 0).Values.secrets -}}
{{- $own := index $secrets (index . 1) -}}
{{- if not $own.name }}{{ $own = $secrets.database }}{{ end -}}
{{ include "gildhall.env.secret" (list "GILDHALL_DATABASE_URL" $own.name $own.key) }}
{{- end }}

{{- define "gildhall.env.broker" -}}
{{ include "gildhall.env.secret" (list "GILDHALL_AMQP_URL" .Values.secrets.amqp.name .Values.secrets.amqp.key) }}
- name: GILDHALL_QUEUE_MODE
  value: {{ .Values.broker.queueMode }}
{{- end }}

{{- define "gildhall.env.objects" -}}
{{- with .Values.secrets.objects -}}
{{ include "gildhall.env.secret" (list "GILDHALL_S3_ACCESS_KEY" .name .accessKey) }}
{{ include "gildhall.env.secret" (list "GILDHALL_S3_SECRET_KEY" .name .secretKey) }}
{{- end }}
{{- with .Values.objects }}
- name: GILDHALL_S3_BUCKET
  value: {{ .bucket | quote }}
- name: GILDHALL_S3_REGION
  value: {{ .region | quote }}
- name: GILDHALL_S3_PATH_STYLE
  value: {{ .pathStyle | quote }}
{{- with .endpoint }}
- name: GILDHALL_S3_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with .publicEndpoint }}
- name: GILDHALL_S3_PUBLIC_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "gildhall.env.scan" -}}
- name: GILDHALL_SCAN
  value: {{ .Values.scan.mode | quote }}
{{- if eq .Values.scan.mode "required" }}
- name: GILDHALL_CLAMD
  value: {{ include "gildhall.clamdAddress" . | quote }}
{{- end }}
{{- end }}

{{- define "gildhall.env.telemetry" -}}
- name: GILDHALL_LOG
  value: {{ .Values.logs.filter | quote }}
- name: GILDHALL_LOG_FORMAT
  value: {{ .Values.logs.format }}
- name: GILDHALL_METRICS_TENANTS
  value: {{ .Values.monitoring.tenants | quote }}
{{- with .Values.traces }}
{{- if .endpoint }}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: POD_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: k8s.namespace.name=$(POD_NAMESPACE),k8s.pod.name=$(POD_NAME)
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .endpoint | quote }}
- name: OTEL_TRACES_SAMPLER
  value: {{ .sampler }}
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .ratio | quote }}
{{- end }}
{{- end }}
{{- end }}
