{{/* Numbers that follow from each other: one value in, all that depend on it out. */}}

{{/* Seconds that a worker may still render after SIGTERM: a whole render, and its files in and out. */}}
{{- define "gildhall.drainSeconds" -}}
{{- if kindIs "invalid" .Values.worker.drainSeconds -}}
{{- add .Values.worker.renderTimeoutSeconds 120 -}}
{{- else -}}
{{- int .Values.worker.drainSeconds -}}
{{- end -}}
{{- end }}

{{/* Until the kubelet kills a worker: the drain time, and 60 s to give back what outlasts it. */}}
{{- define "gildhall.workerGraceSeconds" -}}
{{- add (include "gildhall.drainSeconds" . | int) 60 -}}
{{- end }}

{{/* A worker's disk in GiB: what it keeps, and what its jobs need at once. */}}
{{- define "gildhall.workSpaceGiB" -}}
{{- add .Values.worker.cacheGiB (mul .Values.worker.concurrency .Values.worker.jobSpaceGiB) -}}
{{- end }}

{{/*
A worker's memory limit in MiB: more than its renders may have together, so that the worker ends the one that needs too
much, and the kernel does not end them all. A MB of the setting is a MiB.
*/}}
{{- define "gildhall.workerMemoryMiB" -}}
{{- add (mul .Values.worker.concurrency .Values.worker.memoryLimitMB) 512 -}}
{{- end }}

{{- define "gildhall.jobsPerWorker" -}}
{{- if kindIs "invalid" .Values.scaling.keda.jobsPerWorker -}}
{{- .Values.worker.concurrency -}}
{{- else -}}
{{- .Values.scaling.keda.jobsPerWorker -}}
{{- end -}}
{{- end }}

{{- define "gildhall.clamdAddress" -}}
{{- if .Values.scan.clamd -}}
{{- .Values.scan.clamd -}}
{{- else -}}
tcp://{{ include "gildhall.fullname" . }}-clamd:3310
{{- end -}}
{{- end }}
