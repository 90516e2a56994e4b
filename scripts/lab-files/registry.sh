# shellcheck shell=bash
# Sourced by scripts/lab: a model registry, its blobs, and the models in it. The caller has lab, the ports and their
# URLs, and the functions that start servers.

# Quick enough for a test not to wait on, slow enough that a pull can be seen and stopped.
usual_rate=40m

registry_packages() { # Debian starts the servers of the packages that it installs; the lab wants its own only
  command -v docker-registry >/dev/null && command -v nginx >/dev/null && return
  need_packages docker-registry nginx-light
  # With no systemd at work there is nothing to switch off.
  [[ ! -d /run/systemd/system ]] || as_root systemctl disable --quiet --now nginx docker-registry
}

registry_settings() { # RATE
  # Ollama asks its own registry for a blob and is sent on to another host, so this one sends it on as well.
  cat >"$lab/run/registry.yml" <<YML
version: 0.1
storage: {filesystem: {rootdirectory: $lab/registry}, delete: {enabled: true}}
middleware: {storage: [{name: redirect, options: {baseurl: "$blob_url/"}}]}
http: {addr: "127.0.0.1:$registry_port"}
YML
  local user="" kind
  # Started by root, nginx would serve as a user who may not read below root's home.
  [[ $EUID -ne 0 ]] || user="user root;"
  cat >"$lab/run/nginx.conf" <<CONF
daemon off; pid $lab/run/nginx-own.pid; error_log $lab/run/nginx-error.log; $user
events {}
http {
  access_log off;
  $(for kind in client_body proxy fastcgi uwsgi scgi; do printf '%s_temp_path %s; ' "$kind" "$lab/run/nginx-$kind"; done)
  server { listen 127.0.0.1:$blob_port; root $lab/registry; limit_rate $1; }
}
CONF
}

registry() { # RATE, or nothing to leave it as it is
  [[ ${1:-$usual_rate} =~ ^[0-9]+[km]?$ ]] || fail "'$1' is no rate. Write bytes a second with k or m behind, as 500k or 40m."
  need_packages curl
  if answers "$registry_url/v2/"; then
    answers "$blob_url" || fail "a registry answers on port $registry_port, but nothing serves its blobs on port $blob_port. Stop that registry, or set TOPRUNG_LAB_REGISTRY_PORT."
    change_rate "$1"
  else
    registry_packages
    registry_settings "${1:-$usual_rate}"
    is_ours blobs || start blobs "$blob_url" nginx -c "$lab/run/nginx.conf"
    start registry "$registry_url/v2/" docker-registry serve "$lab/run/registry.yml"
  fi
  say "Registry on localhost:$registry_port: pull localhost:$registry_port/library/NAME:TAG with \"insecure\": true"
}

change_rate() { # RATE, or nothing
  [[ -n $1 ]] || return 0
  is_ours blobs || fail "the registry's blobs are served by a process that this lab did not start, so their rate can't be changed to $1."
  registry_settings "$1"
  kill -HUP "$(<"$lab/run/blobs.pid")"
}

# ---------------------------------------------------------------------------------------------------------- publish

is_published() { # NAME:TAG
  curl --silent --fail --output /dev/null "$registry_url/v2/library/${1%%:*}/manifests/${1##*:}" \
    --header "Accept: application/vnd.docker.distribution.manifest.v2+json"
}

ask_ollama() { # PATH BODY [CURL ARGUMENT...]
  local reply
  if ! reply=$(curl --silent --show-error --fail-with-body "$ollama_url$1" --data "$2" "${@:3}"); then
    fail "Ollama refused $1 $2: $reply. Its log is $lab/run/ollama.log."
  fi
}

publish() {
  local file name reference
  ollama
  registry ""
  while read -r -u 3 file name; do
    is_published "$name" && continue
    models "$file"
    reference=localhost:$registry_port/library/$name
    say "$name: publishing"
    ask_ollama /api/create "{\"model\":\"$reference\",\"modelfile\":\"FROM $lab/models/$file\",\"stream\":false}"
    ask_ollama /api/push "{\"model\":\"$reference\",\"insecure\":true,\"stream\":false}"
    # A test pulls the model itself, so the server must not have it already.
    ask_ollama /api/delete "{\"model\":\"$reference\"}" --request DELETE
    is_published "$name" || fail "$name was pushed, but the registry does not have it. The log is $lab/run/registry.log."
  done 3< <(published_names)
  say "Published: $(published_names | cut -d ' ' -f 2 | paste -sd ' ')"
}
