//! In what two measured rungs can differ.

use serde::{Deserialize, Serialize};

/// What must be equal, unless its difference is the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// The file itself, by its digest; by name and size where no digest is known.
    Model,
    Quantization,
    /// Asked for, and set up.
    Context,
    /// Prompt and output tokens of a trial, and which kind of trial the speeds come from.
    Shape,
    Thinking,
    Engine,
    /// Mains or battery.
    Power,
    /// Processor, memory and graphics.
    Machine,
    /// A rung of grade C is not to be compared, nor one of which nothing was measured.
    Grade,
}

impl Aspect {
    pub const ALL: [Self; 9] = [
        Self::Model,
        Self::Quantization,
        Self::Context,
        Self::Shape,
        Self::Thinking,
        Self::Engine,
        Self::Power,
        Self::Machine,
        Self::Grade,
    ];

    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Quantization => "quantization",
            Self::Context => "context",
            Self::Shape => "shape",
            Self::Thinking => "thinking",
            Self::Engine => "engine",
            Self::Power => "power",
            Self::Machine => "machine",
            Self::Grade => "grade",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aspect| aspect.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aspect_is_found_by_the_name_that_it_is_written_with() {
        for aspect in Aspect::ALL {
            assert_eq!(serde_json::to_value(aspect).unwrap(), aspect.name());
            assert_eq!(Aspect::from_name(aspect.name()), Some(aspect));
        }
        assert_eq!(Aspect::from_name("colour"), None);
    }
}
