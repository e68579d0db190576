{{/* What the pods of all roles have in common. */}}

{{/* The profile "restricted" of Kubernetes' Pod Security Standards. */}}
{{- define "gildhall.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "gildhall.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "gildhall.containerImage" -}}
image: {{ include "gildhall.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end }}

{{- define "gildhall.pullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The head of a role's pod template. Of (list $ component). */}}
{{- define "gildhall.podMetadata" -}}
{{- $root := index . 0 -}}
{{- $role := index $root.Values (index . 1) -}}
labels:
  {{- include "gildhall.labels" . | nindent 2 }}
  {{- with $root.Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $role.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Where a role's pods run: apart from each other, unless told otherwise. Of (list $ component). */}}
{{- define "gildhall.scheduling" -}}
{{- $root := index . 0 -}}
{{- $role := index $root.Values (index . 1) -}}
{{- with $role.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
topologySpreadConstraints:
{{- with $role.topologySpreadConstraints }}
  {{- toYaml . | nindent 2 }}
{{- else }}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "gildhall.selector" (list $root (index $ 1)) | nindent 8 }}
{{- end }}
{{- end }}
{{- end }}

{{/* Restart on /healthz only: a pod that is not ready comes back by itself. The port has this name in all roles. */}}
{{- define "gildhall.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end }}

{{/* CPU and memory as given; the disk as it follows. Of (dict resources space requested memory). */}}
{{- define "gildhall.resources" -}}
resources:
  requests:
    {{- toYaml .resources.requests | nindent 4 }}
    ephemeral-storage: {{ .requested }}Gi
  limits:
    {{- toYaml .resources.limits | nindent 4 }}
    {{- with .memory }}
    memory: {{ . }}Mi
    {{- end }}
    ephemeral-storage: {{ .space }}Gi
{{- end }}
