# shellcheck shell=bash
# The stages of scripts/test, quick ones first. Each runs in a shell of its own that ends at the first failing command.

# Beside the packages of a build: a display, a driver, a session bus and a hand on native dialogs for the real window, a
# browser for its pages, readers for reports, and what injects faults.
test_packages=(git python3 xvfb xauth webkit2gtk-driver dbus xdotool fonts-dejavu-core poppler-utils strace shellcheck)

stage_table() { # prints NAME and what the stage shows
  cat <<'LIST'
files       nothing stands in a tracked file that must not
scripts     the scripts are free of shellcheck's warnings, and agree with the catalogue
format      the Rust code is formatted
pages       the window's pages: types (svelte-check) and unit tests (vitest)
browser     the window's pages in a browser, on a scripted back end (playwright)
lint        clippy has no warning
rust        every test of every crate, with the lab's real parts; the generated TypeScript is the committed one
window      the real window, driven through a whole climb
package     the Debian package holds all four programs, and they start from it
licences    every crate's licence is an accepted one
LIST
}

stage_names() { stage_table | cut -d ' ' -f 1; }

about() { # NAME: prints what a stage shows, and fails where there is none of that name
  stage_table | grep "^$1 " | cut -c 13- | grep .
}

needs_lab() { # STAGE...: whether one of them talks to the lab
  [[ " $* " == *" rust "* || " $* " == *" window "* ]]
}

needs_llama_server() { # STAGE...: whether one of them talks to llama.cpp's server too, which takes minutes to build once
  [[ " $* " == *" rust "* ]]
}

skip() { # REASON: ends a stage that can't run here, without failing it
  echo "skipped: $*"
  exit 0
}

stage_files() { "$root/scripts/test-files/tracked-files"; }

stage_scripts() {
  local file bytes sum rest
  cd "$root"
  shellcheck --external-sources --check-sourced .ci/run scripts/{run,test,lab,bundle,compare-llama-bench,record-noise,check-slowdown,check-throttle,check-overhead} scripts/test-files/tracked-files
  while read -r file bytes sum rest; do
    : "$rest"
    grep --after-context 1 "^sha256 = \"$sum\"" src-tauri/models/src/catalogue.toml | grep --quiet "^file_bytes = $bytes\$" ||
      fail "the lab's $file ($bytes bytes, SHA-256 $sum) is not the one in the catalogue. Put the two in step."
  done < <(source scripts/lab-files/models.sh && model_table)
  read -r file bytes sum rest < <(source scripts/lab-files/python.sh && python_table)
  grep --quiet "sha256: \"$sum\"" src-tauri/tasks/src/sandbox/mod.rs ||
    fail "the lab's $file ($bytes bytes, SHA-256 $sum) is not the interpreter that the sandbox takes. Put the two in step."
}

stage_format() {
  cd "$root"
  cargo fmt --all --check
}

stage_pages() {
  build_ui
  cd "$root/ui"
  npm run --silent check
  npm run --silent test
}

find_browser() { # prints a Chromium that is here already or that Debian's package brings
  command -v chromium || command -v chromium-browser || command -v google-chrome
}

stage_browser() {
  [[ -f $root/ui/playwright.config.ts ]] || skip "the pages have no browser tests yet"
  find_browser >/dev/null || need_packages chromium
  CHROMIUM=$(find_browser) || skip "there is no Chromium here, and no package brought one"
  export CHROMIUM # ui/playwright.config.ts reads it
  build_ui
  cd "$root/ui"
  # The pictures of every screen are kept for a person to look at; drawing them shows that each screen draws.
  SCREENSHOTS=$cache/test/screens npm run --silent test:browser -- --reporter=list
}

stage_lint() {
  build_ui # the app's crate embeds the pages
  cd "$root"
  cargo clippy --locked --workspace --all-targets -- --deny warnings
}

stage_rust() {
  build_ui
  cd "$root"
  # Programs that tests start (the worker, the terminal front) come with the same build.
  cargo build --locked --workspace --bins --tests
  cargo test --locked --workspace --no-fail-fast
  check_messages
}

check_messages() { # the tests of the messages' crate write ui/src/messages
  [[ -n $(git status --porcelain -- ui/src/messages) ]] || return 0
  git --no-pager diff --stat -- ui/src/messages
  fail "the TypeScript in ui/src/messages was not what the Rust types generate. It is now: commit it."
}

stage_window() {
  build_window
  TOPRUNG_SHOTS=$cache/test/window PYTHONDONTWRITEBYTECODE=1 \
    python3 "$root/src-tauri/tests/window/run.py" "$CARGO_TARGET_DIR/debug/toprung-app"
}

stage_package() {
  local package folder
  package=$("$root/scripts/bundle" --debug)
  folder=$(mktemp --directory)
  dpkg-deb --extract "$package" "$folder"
  # The worker is found from where the package puts it, which an answer of the embedded engine proves.
  TOPRUNG_HOME=$folder/home "$folder/usr/bin/toprung" doctor | tee "$folder/doctor"
  grep --quiet '✓ llama.cpp (embedded)' "$folder/doctor" || fail "the packaged terminal front does not find its worker."
  # Its first line, said to anybody; with no input it has nothing to do.
  "$folder/usr/lib/toprung/toprung-sandbox" </dev/null | grep --quiet '"event":"hello"' || fail "the packaged sandbox does not start."
  python3 "$root/src-tauri/tests/window/run.py" "$folder/usr/bin/toprung-app" launches
  rm -r "$folder"
}

stage_licences() {
  [[ -f $root/deny.toml ]] || skip "there is no deny.toml yet"
  command -v cargo-deny >/dev/null || skip "cargo-deny is not installed here (cargo install cargo-deny brings it)"
  cd "$root"
  # cargo-deny looks at the packages for other systems too, which no build here has brought.
  cargo fetch --locked --quiet
  cargo deny --offline check licenses bans sources
}
