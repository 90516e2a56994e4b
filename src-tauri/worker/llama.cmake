# Read by llama.cpp's own build (CMAKE_PROJECT_INCLUDE), for the worker by .cargo/config.toml and for llama-bench by
# scripts/lab-files/llama.sh.
#
# Functions begin at the beginning of a cache line. Otherwise the linker places them wherever the ones before end, and
# the same loop is up to 5 % faster in one program than in another, or after an unrelated change: ARCHITECTURE.md,
# "Why are llama.cpp's functions aligned?".
include_guard(GLOBAL)
add_compile_options("$<$<COMPILE_LANG_AND_ID:C,GNU,Clang,AppleClang>:-falign-functions=64>")
add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>:-falign-functions=64>")
