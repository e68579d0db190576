{{/* The head of an object for the Prometheus operator, with the labels that it selects by. Of (list $ component). */}}
{{- define "gildhall.monitored" -}}
{{- include "gildhall.metadata" . }}
{{- with (index . 0).Values.monitoring.labels }}
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
