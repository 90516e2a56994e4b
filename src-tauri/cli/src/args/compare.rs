//! What `toprung compare` and `toprung ab` take.

use std::path::PathBuf;

use clap::ValueEnum;
use toprung_jobs::ab::{AbChoice, VariantChoice};
use toprung_jobs::compare::{Aspect, Question};
use toprung_jobs::engines::EngineChoice;

use super::{EngineArg, ModeArg};

#[derive(Debug, clap::Args)]
pub(crate) struct Compare {
    /// A run by its id, the start of it, `last` or `last~1`, or a model of one as RUN:MODEL.
    #[arg(value_name = "RUN[:MODEL]")]
    a: String,
    /// What it is compared with; may be left out for a run of `toprung ab`.
    #[arg(value_name = "RUN[:MODEL]")]
    b: Option<String>,
    /// A difference that is the question; may be given more than once.
    #[arg(long, value_name = "WHAT", value_enum)]
    across: Vec<AspectArg>,
    /// Compare in spite of every difference, and list them.
    #[arg(long)]
    anyway: bool,
    /// Write the comparison as JSON (`-`: to standard output).
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

impl Compare {
    pub(crate) fn question(&self) -> Question {
        let asked = self.across.iter().map(|aspect| (*aspect).into()).collect();
        Question { a: self.a.clone(), b: self.b.clone(), asked, anyway: self.anyway }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AspectArg {
    Model,
    Quantization,
    Context,
    /// Tokens of a trial.
    Shape,
    Thinking,
    Engine,
    /// Mains or battery.
    Power,
    Machine,
}

impl From<AspectArg> for Aspect {
    fn from(arg: AspectArg) -> Self {
        match arg {
            AspectArg::Model => Self::Model,
            AspectArg::Quantization => Self::Quantization,
            AspectArg::Context => Self::Context,
            AspectArg::Shape => Self::Shape,
            AspectArg::Thinking => Self::Thinking,
            AspectArg::Engine => Self::Engine,
            AspectArg::Power => Self::Power,
            AspectArg::Machine => Self::Machine,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ab {
    /// The one model.
    #[arg(long, value_name = "MODEL")]
    a: String,
    /// The other; may be the same one with other settings.
    #[arg(long, value_name = "MODEL")]
    b: String,
    /// The engine that runs A.
    #[arg(long, value_enum, default_value_t = EngineArg::Llama)]
    engine_a: EngineArg,
    /// The engine that runs B, if another one.
    #[arg(long, value_enum)]
    engine_b: Option<EngineArg>,
    /// Where A's engine is reached.
    #[arg(long, value_name = "URL")]
    url_a: Option<String>,
    /// Where B's engine is reached, if elsewhere.
    #[arg(long, value_name = "URL")]
    url_b: Option<String>,
    /// Threads of A; the embedded engine alone takes them.
    #[arg(long, value_name = "N")]
    threads_a: Option<u32>,
    /// Threads of B.
    #[arg(long, value_name = "N")]
    threads_b: Option<u32>,
    /// Context of A in tokens, if more than the mode's.
    #[arg(long, value_name = "TOKENS")]
    context_a: Option<u32>,
    /// Context of B.
    #[arg(long, value_name = "TOKENS")]
    context_b: Option<u32>,
    /// Trials of each.
    #[arg(long, value_name = "N", default_value_t = 10)]
    trials: u32,
    /// Whose shape a trial has.
    #[arg(long, value_enum, default_value_t = ModeArg::Standard)]
    mode: ModeArg,
    /// Download what is missing without asking.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Also try models that are predicted not to fit into memory.
    #[arg(long)]
    try_anyway: bool,
    /// Write the comparison as JSON (`-`: to standard output).
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

impl Ab {
    pub(crate) fn choice(&self) -> AbChoice {
        let kind_b = self.engine_b.unwrap_or(self.engine_a);
        // An address belongs to a kind of engine: B takes A's only where it is of the same kind.
        let url_b = self.url_b.clone().or_else(|| self.url_a.clone().filter(|_| kind_b == self.engine_a));
        AbChoice {
            a: VariantChoice {
                model: self.a.clone(),
                engine: EngineChoice { kind: self.engine_a.into(), url: self.url_a.clone() },
                threads: self.threads_a,
                context_tokens: self.context_a,
            },
            b: VariantChoice {
                model: self.b.clone(),
                engine: EngineChoice { kind: kind_b.into(), url: url_b },
                threads: self.threads_b,
                context_tokens: self.context_b,
            },
            mode: self.mode.into(),
            trials: self.trials,
            try_anyway: self.try_anyway,
        }
    }
}
