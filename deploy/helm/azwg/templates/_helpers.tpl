{{- define "azwg.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Arguments of `azwg-watcher run`, as a JSON list. Each may be given once, so prefixes of both kinds are put together. */}}
{{- define "azwg.args" -}}
{{- $args := list "run" "--node=$(NODE_NAME)" "--datastore=kubernetes" "--sysctl-dir=/host/proc/sys" -}}
{{- with .Values.metrics.listen -}}
{{- $args = append $args (printf "--metrics-listen=%s" .) -}}
{{- end -}}
{{- $never := .Values.neverTunnel -}}
{{- if .Values.aks -}}
{{- $never = concat (list "172.30.0.0/16" "172.31.0.0/16" "192.0.2.0/24") $never -}}
{{- end -}}
{{- with $never -}}
{{- $args = append $args (printf "--never-tunnel=%s" (join "," .)) -}}
{{- end -}}
{{- if eq .Values.mode "strict" -}}
{{- $args = append $args "--mode=strict" -}}
{{- with .Values.clusterRanges -}}
{{- $args = append $args (printf "--cluster-ranges=%s" (join "," .)) -}}
{{- end -}}
{{- end -}}
{{- range $option, $key := dict "host-scope" "hostScope" "encryption" "encryption" "fabric-mtu" "fabricMtu" "mtu" "mtu" "listen-port" "listenPort" "underlay" "underlay" "log-level" "logLevel" -}}
{{- $value := get $.Values $key | toString -}}
{{- if ne $value "" -}}
{{- $args = append $args (printf "--%s=%s" $option $value) -}}
{{- end -}}
{{- end -}}
{{- concat $args .Values.extraArgs | toJson -}}
{{- end -}}
