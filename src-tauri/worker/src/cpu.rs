//! Whether this processor can run this build at all. It is asked before llama.cpp is touched, because an
//! instruction that the processor does not know ends the process with no word of why.

use toprung_protocol::FailureCode;

use crate::failure::Failure;

/// Refuses a processor that lacks what llama.cpp was compiled for.
pub(crate) fn check() -> Result<(), Failure> {
    let missing: Vec<&str> = required().into_iter().filter(|(_, present)| !present).map(|(name, _)| name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("this processor has no {}; build the worker for it, or use another engine", missing.join(", "));
    Err(Failure::new(FailureCode::UnsupportedCpu, message))
}

/// The instruction sets that ggml's default x86-64 build uses without asking (its CMake options GGML_SSE42 … GGML_BMI2).
#[cfg(target_arch = "x86_64")]
fn required() -> Vec<(&'static str, bool)> {
    vec![
        ("SSE4.2", std::arch::is_x86_feature_detected!("sse4.2")),
        ("AVX", std::arch::is_x86_feature_detected!("avx")),
        ("AVX2", std::arch::is_x86_feature_detected!("avx2")),
        ("FMA", std::arch::is_x86_feature_detected!("fma")),
        ("F16C", std::arch::is_x86_feature_detected!("f16c")),
        ("BMI2", std::arch::is_x86_feature_detected!("bmi2")),
    ]
}

/// Elsewhere ggml builds for the architecture's baseline.
#[cfg(not(target_arch = "x86_64"))]
fn required() -> Vec<(&'static str, bool)> {
    Vec::new()
}
