# Sums the closing lines of the test runners in one log, and prints: PASSED FAILED SKIPPED.
#   cargo test       test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; …
#   vitest                 Tests  1 failed | 11 passed | 2 skipped (14)
#   playwright         12 passed (4.2s)            (one line for each outcome)
#   window test      12 passed, 0 failed, 1 skipped
#   a stage's own    skipped: the reason

function add(line, words, total, found) {
  while (match(line, "[0-9]+ (" words ")")) {
    found = substr(line, RSTART, RLENGTH)
    total += found + 0
    line = substr(line, RSTART + RLENGTH)
  }
  return total
}

/^test result: / || /^ +Tests  / || /^  [0-9]+ (passed|failed|flaky|skipped|interrupted|did not run)/ || /^[0-9]+ passed, [0-9]+ failed/ {
  # A test that passed at its second try is one to mend, so it does not count as passed.
  passed += add($0, "passed")
  failed += add($0, "failed|flaky|interrupted")
  skipped += add($0, "skipped|ignored|did not run")
}

/^skipped: / { skipped++ }

END { print passed + 0, failed + 0, skipped + 0 }
