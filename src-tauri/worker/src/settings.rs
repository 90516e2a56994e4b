//! What changes the figures: build, backend, threads, batch sizes, cache type. Each is a name and a value.

use std::ffi::{CStr, c_char};
use std::thread;

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::{LlamaBackendDevice, LlamaBackendDeviceType, list_llama_ggml_backend_devices};
use llama_cpp_sys_2 as sys;

/// Tokens handed to llama.cpp at once, and tokens it computes at once: llama-bench's defaults, so that prompt
/// figures can be compared with its.
pub(crate) const BATCH_TOKENS: u32 = 2048;
pub(crate) const MICRO_BATCH_TOKENS: u32 = 512;

/// The crate that binds llama.cpp; a test compares it with the lock file's.
const BINDING: &str = "llama-cpp-2 0.1.160";

/// llama.cpp's version and that of the crate that fixes its commit.
pub(crate) fn version() -> String {
    // SAFETY: llama_version takes nothing and returns a string literal.
    format!("llama.cpp {} ({BINDING})", unsafe { text(sys::llama_version()) })
}

/// The settings that hold before a model is named.
pub(crate) fn of_build(backend: &LlamaBackend) -> Vec<(String, String)> {
    let gpus = gpus(backend);
    let mut settings = vec![
        named("backend", gpus.first().map_or("CPU", |gpu| gpu.backend.as_str())),
        named("threads", default_threads()),
        named("batch", BATCH_TOKENS),
        named("micro_batch", MICRO_BATCH_TOKENS),
        named("kv_cache", "f16"),
        named("flash_attention", "auto"),
        named("memory_map", backend.supports_mmap()),
        named("gpu_layers", if gpus.is_empty() { "0" } else { "all" }),
        named("spin_count", std::env::var("GOMP_SPINCOUNT").as_deref().unwrap_or("default")),
        named("instructions", instructions()),
    ];
    settings.extend(gpus.iter().map(|gpu| named("gpu", &gpu.description)));
    settings
}

/// One setting.
pub(crate) fn named(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

/// Physical cores, as far as this process may use them: two threads on one core share its arithmetic units, and
/// decoding with all hardware threads loses up to a quarter of the speed.
pub(crate) fn default_threads() -> u32 {
    let usable = thread::available_parallelism().map_or(1, usize::from);
    let physical = sysinfo::System::physical_core_count().unwrap_or(usable);
    u32::try_from(physical.min(usable)).unwrap_or(1)
}

/// The graphics devices that this build can use. Empty in a build without a GPU backend.
pub(crate) fn gpus(backend: &LlamaBackend) -> Vec<LlamaBackendDevice> {
    if !backend.supports_gpu_offload() {
        return Vec::new();
    }
    let is_gpu =
        |device: &LlamaBackendDevice| matches!(device.device_type, LlamaBackendDeviceType::Gpu | LlamaBackendDeviceType::IntegratedGpu);
    list_llama_ggml_backend_devices().into_iter().filter(is_gpu).collect()
}

/// The instruction sets that ggml uses, such as `AVX2 F16C FMA REPACK`.
fn instructions() -> String {
    // SAFETY: llama_print_system_info takes nothing and returns a string that llama.cpp keeps.
    let info = unsafe { text(sys::llama_print_system_info()) };
    let used = info.split(['|', ':']).filter_map(|entry| entry.trim().strip_suffix(" = 1"));
    used.collect::<Vec<_>>().join(" ")
}

/// # Safety
/// The pointer is null or names a C string that lives as long as the process.
unsafe fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binding_is_the_one_in_the_lock_file() {
        let lock = include_str!("../../../Cargo.lock");
        let (name, version) = BINDING.split_once(' ').unwrap();
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"");
        assert!(lock.contains(&entry), "stored runs name the binding, so an upgrade must change BINDING too");
    }

    #[test]
    fn threads_stay_within_what_the_process_may_use() {
        let usable = u32::try_from(usize::from(thread::available_parallelism().unwrap())).unwrap();
        assert!((1..=usable).contains(&default_threads()), "{} threads on {usable} usable cores", default_threads());
    }

    // MSVC has no such option, so its builds are left as they are.
    #[cfg(not(target_env = "msvc"))]
    #[test]
    fn llama_cpp_is_compiled_with_the_settings_of_llama_cmake() {
        // The loops that most of the time of small models goes into. By chance, all five of them would stand like this
        // once in a thousand builds, as compilers place functions at 16 bytes.
        unsafe extern "C" {
            fn ggml_vec_dot_q4_1_q8_1();
            fn ggml_vec_dot_q4_K_q8_K();
            fn ggml_vec_dot_q5_0_q8_0();
            fn ggml_vec_dot_q6_K_q8_K();
            fn ggml_vec_dot_q8_0_q8_0();
        }
        let loops =
            [ggml_vec_dot_q4_1_q8_1, ggml_vec_dot_q4_K_q8_K, ggml_vec_dot_q5_0_q8_0, ggml_vec_dot_q6_K_q8_K, ggml_vec_dot_q8_0_q8_0];
        let places: Vec<usize> = loops.iter().map(|function| *function as *const () as usize % 64).collect();
        assert_eq!(places, [0; 5], "another placement costs up to 5 % of the speed: was llama.cpp built with .cargo/config.toml?");
    }
}
