{{/* Parts of network policies. */}}

{{/* A peer: the release's own pods of a role. Of (list $ component). */}}
{{- define "gildhall.network.pods" -}}
podSelector:
  matchLabels:
    {{- include "gildhall.selector" . | nindent 4 }}
{{- end }}

{{/* A way out; without peers it leads anywhere. Of (dict peers ports udp). */}}
{{- define "gildhall.network.to" -}}
- ports:
    {{- range .ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- if $.udp }}
    - {protocol: UDP, port: {{ . }}}
    {{- end }}
    {{- end }}
  {{- with .peers }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* The ways into a role. (The kubelet's probes come from the node, which no policy shuts out.) Of (list $ component). */}}
{{- define "gildhall.network.in" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- $policy := $root.Values.networkPolicy -}}
{{- if eq $role "api" -}}
ingress:
  - ports:
      - {protocol: TCP, port: 8080}
    {{- with $policy.apiFrom }}
    from:
      {{- range concat . $policy.metricsFrom (list (include "gildhall.network.pods" (list $root "test") | fromYaml)) }}
      - {{ toYaml . | nindent 8 | trim }}
      {{- end }}
    {{- end }}
{{- else if has $role (list "relay" "worker") -}}
ingress:
  - ports:
      - {protocol: TCP, port: 9000}
    {{- with $policy.metricsFrom }}
    from:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- else if eq $role "clamd" -}}
ingress:
  - ports:
      - {protocol: TCP, port: 3310}
    from:
      {{- range list "api" "relay" }}
      - {{ include "gildhall.network.pods" (list $root .) | nindent 8 | trim }}
      {{- end }}
{{- else -}}
ingress: []
{{- end -}}
{{- end }}
