# shellcheck shell=bash
# Sourced by the other scripts: where things are kept, what a machine must have, and how the parts are built.
# Everything said here goes to standard error, so that a program's own output stays clean.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=scripts/$(basename "$0")

# Builds and downloads stay outside the clone: they are slow to make, and every clone on a machine can use them.
cache=${TOPRUNG_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toprung}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
export npm_config_cache=${npm_config_cache:-$cache/npm}
mkdir -p "$cache"

# What compiling the worker (llama.cpp), the sandbox and the terminal front needs.
terminal_packages=(build-essential cmake clang libclang-dev pkg-config curl)
# What compiling the window needs beside that.
window_packages=(libwebkit2gtk-4.1-dev librsvg2-dev libxdo-dev libayatana-appindicator3-dev)

# The oldest Node that the front end's build tool (Vite 8) accepts.
node_wanted=20.19.0

say() { printf '%s\n' "$*" >&2; }

step() { printf '\n== %s\n' "$*" >&2; }

fail() { # WHAT HAPPENED, NEXT STEP
  printf '%s: %s\n' "$script" "$*" >&2
  exit 1
}

at_least() { # WANTED FOUND: whether the found version is the wanted one or newer
  [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif ! command -v sudo >/dev/null; then
    fail "installing packages needs root, and there is no sudo here. Run this as root, then start again: $*"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo --non-interactive "$@"
  fi
}

missing_packages() { # PACKAGE...: prints those that are not installed
  local package
  for package in "$@"; do
    # shellcheck disable=SC2016 # the braces are dpkg-query's own
    dpkg-query --show --showformat '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      printf '%s ' "$package"
  done
}

need_packages() { # PACKAGE...: installs those that are missing, and asks for root only then
  local missing
  [[ -n ${TOPRUNG_NO_PACKAGES:-} ]] && return
  if ! command -v apt-get >/dev/null; then
    fail "this script installs packages on Debian and Ubuntu only. Install what these Debian packages hold, then start" \
      "again with TOPRUNG_NO_PACKAGES=1: $*"
  fi
  read -ra missing <<<"$(missing_packages "$@")"
  [[ ${#missing[@]} -eq 0 ]] && return
  step "Installing system packages (about a minute): ${missing[*]}"
  # Another package manager may be at work: two minutes is longer than most of its steps.
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
  as_root "${apt[@]}" update >&2 || say "The package lists could not be refreshed; trying with those that are here."
  as_root "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" >"$cache/apt.log" 2>&1 || {
    tail -n 15 "$cache/apt.log" >&2
    fail "apt-get could not install ${missing[*]} (the log is $cache/apt.log). Install them, then start again."
  }
}

need_rust() {
  local wanted found
  # A shell that was open when Rust was installed does not have it in its path yet.
  command -v cargo >/dev/null || PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
  command -v cargo >/dev/null ||
    fail "there is no Rust here. Install Rust $wanted or newer (rustup is the usual way), then start again."
  found=$(rustc --version | cut -d ' ' -f 2)
  at_least "$wanted" "$found" ||
    fail "Rust $found is here, and $wanted is the oldest that builds Toprung. Update it (rustup update stable), then start again."
}

need_node() {
  local found
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    fail "the window needs Node $node_wanted or newer with npm. Install them, then start again."
  fi
  found=$(node --version)
  at_least "$node_wanted" "${found#v}" ||
    fail "Node $found is here, and $node_wanted is the oldest that builds the window. Update it, then start again."
}

need_space() { # MEGABYTES FOLDER WHAT FOR
  local free
  mkdir -p "$2"
  free=$(($(df --output=avail --block-size=1000000 "$2" | tail -n 1)))
  ((free >= $1)) || fail "$3 needs $1 MB in $2, and $free MB are free. Free some, or set TOPRUNG_CACHE to a folder on another disk."
}

ui_packages() { # installs what package-lock.json names, when it is not the one installed last
  local stamp=$root/ui/node_modules/.installed-lock
  need_node
  cmp --silent "$root/ui/package-lock.json" "$stamp" && return
  step "Installing the window's packages (about a minute)"
  (cd "$root/ui" && npm ci --no-audit --no-fund >&2) || fail "npm ci failed in ui/. Its message is above; start again when it is put right."
  cp "$root/ui/package-lock.json" "$stamp"
}

ui_sources_sum() {
  # dist is left out because it is what gets built, the others because they hold no source.
  (cd "$root/ui" && find . \( -name node_modules -o -name dist -o -name test-results \) -prune -o -type f -print0 |
    sort --zero-terminated | xargs --null sha256sum | sha256sum)
}

build_ui() { # makes ui/dist, which the app's crate embeds, when a source changed
  local sum stamp=$root/ui/node_modules/.built-sources
  ui_packages
  sum=$(ui_sources_sum)
  [[ -f $root/ui/dist/index.html && -f $stamp && $(<"$stamp") == "$sum" ]] && return
  step "Building the window's pages (seconds)"
  (cd "$root/ui" && npm run --silent build >&2) || fail "the window's pages did not build. The reason is above."
  printf '%s\n' "$sum" >"$stamp"
}

build_rust() { # CARGO ARGUMENT...
  need_rust
  (cd "$root" && cargo build --locked "$@") || fail "cargo build --locked $* failed. The reason is above."
}

build_window() {
  need_packages "${terminal_packages[@]}" "${window_packages[@]}"
  build_ui
  step "Building Toprung (15 minutes on two cores the first time, seconds when nothing changed)"
  build_rust --package toprung-app --package toprung-cli --package toprung-worker --package toprung-sandbox
}

build_terminal() {
  # Without the window in the selection, Cargo gives some shared crates fewer features and builds them a second time.
  # Where the window was built already, its selection is the quicker one.
  if [[ -x $CARGO_TARGET_DIR/debug/toprung-app ]]; then
    build_window
    return
  fi
  need_packages "${terminal_packages[@]}"
  step "Building Toprung for the terminal (10 minutes on two cores the first time, seconds when nothing changed)"
  build_rust --package toprung-cli --package toprung-worker --package toprung-sandbox
}
