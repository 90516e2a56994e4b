//! What a model is made for, as far as its name tells.

use toprung_core::model::{ModelRef, Specialty};

/// What a model is made for; `None` where its name does not say.
pub(crate) fn specialty(model: &ModelRef) -> Option<Specialty> {
    let name = model.short().to_ascii_lowercase();
    // Publishers put it into the name: coder, codellama, starcoder, codegemma, codestral; Devstral alone does not.
    ["code", "devstral"].iter().any(|word| name.contains(word)).then_some(Specialty::Code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_for_code_is_known_by_its_name() {
        for (name, code) in
            [("qwen2.5-coder:0.5b", true), ("CodeLlama:13b", true), ("devstral", true), ("llama3:8b", false), ("codes/llama3:8b", false)]
        {
            assert_eq!(specialty(&ModelRef::new(name).unwrap()).is_some(), code, "{name}");
        }
    }
}
