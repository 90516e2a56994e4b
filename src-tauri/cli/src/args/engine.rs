//! Which engine, where it is, and which models it runs.

use clap::ValueEnum;
use toprung_jobs::EngineKind;
use toprung_jobs::engines::EngineChoice;
use toprung_jobs::ladders::LadderChoice;

/// The ladder that was named; the embedded engine brings models of its own, any other engine is asked for what it has.
pub(crate) fn ladder(named: Option<&str>, models: &[String], engine: EngineKind) -> LadderChoice {
    match named {
        Some(ladder) => LadderChoice::parse(ladder),
        None if !models.is_empty() => LadderChoice::Models(models.to_vec()),
        None if engine == EngineKind::Llama => LadderChoice::Named("starter".to_owned()),
        None => LadderChoice::Named("installed".to_owned()),
    }
}

/// Which engine, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Engine {
    /// The engine that runs the models.
    #[arg(long, value_enum, default_value_t = EngineArg::Llama)]
    engine: EngineArg,
    /// Where the engine is reached; an OpenAI-compatible server has no usual address.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Engine {
    pub(crate) fn choice(&self) -> EngineChoice {
        EngineChoice { kind: self.engine.into(), url: self.url.clone() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineArg {
    /// The embedded llama.cpp: needs nothing else.
    Llama,
    /// An Ollama server.
    Ollama,
    /// Any OpenAI-compatible server.
    Openai,
    /// Plays a script (for tests).
    #[value(hide = true)]
    Scripted,
}

impl From<EngineArg> for EngineKind {
    fn from(arg: EngineArg) -> Self {
        match arg {
            EngineArg::Llama => Self::Llama,
            EngineArg::Ollama => Self::Ollama,
            EngineArg::Openai => Self::Openai,
            EngineArg::Scripted => Self::Scripted,
        }
    }
}
