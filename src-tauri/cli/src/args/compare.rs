//! What `toprung compare` and `toprung ab` take.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
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
    #[arg(long, value_name = "WHAT", value_parser = aspects())]
    across: Vec<Aspect>,
    /// Compare in spite of every difference, and list them.
    #[arg(long)]
    anyway: bool,
    /// Write the comparison as JSON (`-`: to standard output).
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

impl Compare {
    pub(crate) fn question(&self) -> Question {
        Question { a: self.a.clone(), b: self.b.clone(), asked: self.across.clone(), anyway: self.anyway }
    }
}

/// What may be the question. A bad grade never is: `--anyway` compares in spite of it.
fn aspects() -> impl TypedValueParser<Value = Aspect> {
    let names = Aspect::ALL.into_iter().filter(|aspect| *aspect != Aspect::Grade).map(Aspect::name);
    PossibleValuesParser::new(names).try_map(|name| Aspect::from_name(&name).ok_or(name))
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
    /// Trials of each; without it 10 to 40, until the ratio of the speeds is known to ±3 %.
    #[arg(long, value_name = "N")]
    trials: Option<u32>,
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
