//! The command line. Other programs rely on it: names and meanings stay.

mod compare;
mod concurrency;
mod engine;
mod stress;
mod tasks;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use toprung_jobs::Mode;

pub(crate) use compare::{Ab, Compare};
pub(crate) use concurrency::Concurrency;
pub(crate) use engine::{Engine, EngineArg, ladder};
pub(crate) use stress::{Stress, StressCommand, Validate};
pub(crate) use tasks::{Recommend, TaskArgs, Tasks, TasksCommand, TasksRun, TasksShow};

/// Which local language model should this machine run? Toprung answers by measuring.
#[derive(Debug, Parser)]
#[command(
    name = "toprung",
    version,
    about,
    after_help = "TOPRUNG_HOME names the data folder. TOPRUNG_API_KEY holds the key of the server that --url names; it goes before the keyring's, and never to a server that only a ladder file names. Exit codes: 0 finished, 2 bad input, 3 nothing could be measured, 130 interrupted. A climb that meets a full disk waits, says so, and goes on by itself once there is room."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Climb a ladder of models and say which to run.
    Climb(Climb),
    /// Put tasks to models: coding, translation and others, and your own.
    Tasks(Tasks),
    /// Say which model to use for which task, and why.
    Recommend(Recommend),
    /// Measure two models, engines or settings against each other, in turns.
    Ab(Ab),
    /// Say whether two runs, or two models of them, differ in speed.
    Compare(Compare),
    /// Send several requests at once, and say from where on more of them make no more tokens.
    Concurrency(Concurrency),
    /// Put the machine under load, and say whether it holds up.
    Stress(Stress),
    /// Say which checks of machine and program pass, fail, or were not made yet, with their evidence.
    Validate(Validate),
    /// List, pull or remove models.
    Models(Models),
    /// Store or remove the key of an OpenAI-compatible server, in this machine's keyring.
    Key(Key),
    /// List runs, or show one.
    History(History),
    /// Look at the machine, engines, sensors and data folder, and say what is missing.
    Doctor(Doctor),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Climb {
    /// A ladder's name (starter, classic, installed) or a ladder file (.toml).
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "model")]
    pub(crate) ladder: Option<String>,
    /// Models to climb, smallest first; may be given more than once.
    #[arg(long, value_name = "REF", num_args = 1..)]
    pub(crate) model: Vec<String>,
    #[command(flatten)]
    pub(crate) engine: Engine,
    /// How thoroughly each rung is measured.
    #[arg(long, value_enum, default_value_t = ModeArg::Standard)]
    pub(crate) mode: ModeArg,
    /// Download what is missing without asking.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Leave out models that are not installed.
    #[arg(long)]
    pub(crate) no_downloads: bool,
    /// Also try models that are predicted not to fit into memory.
    #[arg(long)]
    pub(crate) try_anyway: bool,
    /// Leave the hardware unwatched, to see what watching it costs.
    #[arg(long)]
    pub(crate) no_sampling: bool,
    /// Put tasks to each model too, after its speed was measured. Any of --task, --items, --budget and --rotate does so as well.
    #[arg(long)]
    pub(crate) tasks: bool,
    #[command(flatten)]
    pub(crate) asked: TaskArgs,
    /// Write the results as JSON (`-`: to standard output).
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write a report; the ending says which kind.
    #[arg(long, value_name = "FILE.md|FILE.pdf")]
    pub(crate) report: Option<PathBuf>,
    /// Go on with a run that was cut off: the newest, or the one named by its id or the start of it.
    #[arg(long, value_name = "RUN", num_args = 0..=1, conflicts_with_all = ["ladder", "model", "no_downloads"])]
    pub(crate) resume: Option<Option<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArg {
    /// Three short trials a rung.
    Quick,
    /// Trials until the interval is narrow.
    Standard,
    /// More trials, narrower intervals.
    Thorough,
    /// Five short prompts a model, as the first ladder was measured by hand.
    Classic,
}

impl From<ModeArg> for Mode {
    fn from(arg: ModeArg) -> Self {
        match arg {
            ModeArg::Quick => Self::Quick,
            ModeArg::Standard => Self::Standard,
            ModeArg::Thorough => Self::Thorough,
            ModeArg::Classic => Self::Classic,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Models {
    #[command(subcommand)]
    pub(crate) command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// What is installed and what can be pulled.
    List {
        #[command(flatten)]
        engine: Engine,
    },
    /// Download a model.
    Pull {
        #[arg(value_name = "REF")]
        model: String,
        #[command(flatten)]
        engine: Engine,
    },
    /// Delete a model.
    Rm {
        #[arg(value_name = "REF")]
        model: String,
        #[command(flatten)]
        engine: Engine,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Key {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Store a server's key; it is asked for, or read from standard input.
    Set { url: String },
    /// Remove a server's key.
    Rm { url: String },
}

#[derive(Debug, clap::Args)]
pub(crate) struct History {
    #[command(subcommand)]
    pub(crate) command: HistoryCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HistoryCommand {
    /// Every run, newest first.
    List,
    /// One run with its verdict.
    Show {
        /// Its id, the start of it, `last` or `last~1`.
        run: String,
        /// Write the results as JSON (`-`: to standard output).
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Write a report; the ending says which kind.
        #[arg(long, value_name = "FILE.md|FILE.pdf")]
        report: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    /// Where Ollama is reached, if not at its usual address.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// An OpenAI-compatible server to look at too.
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_contract_parses() {
        for line in [
            "toprung climb",
            "toprung climb --ladder starter --engine llama --mode quick --yes --json out.json --report out.pdf",
            "toprung climb --model a:1b --model b:3b --engine ollama --url http://127.0.0.1:11434",
            "toprung climb --model a:1b b:3b --mode classic",
            "toprung climb --engine openai --url http://127.0.0.1:8080 --model x --mode thorough",
            "toprung climb --resume",
            "toprung climb --resume 0192 --json -",
            "toprung ab --a x --b y --engine-a llama --engine-b ollama --url-b http://127.0.0.1:11434 --trials 20 --mode quick",
            "toprung ab --a x --b x --threads-a 1 --threads-b 2 --context-a 4096 --json ab.json",
            "toprung compare 0192 0193 --across engine --across machine --json -",
            "toprung compare last~1:llama3.2:1b last:2 --anyway",
            "toprung compare last",
            "toprung models list",
            "toprung models pull smollm2-135m-instruct",
            "toprung models rm smollm2-135m-instruct",
            "toprung history list",
            "toprung history show 0192",
            "toprung doctor",
            "toprung doctor --server http://127.0.0.1:8080",
            "toprung concurrency --engine openai --url http://127.0.0.1:8080 --model x --up-to 8 --mode quick --json -",
            "toprung key set https://box.lan:8080",
            "toprung key rm https://box.lan:8080",
        ] {
            parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }

    #[test]
    fn bad_input_exits_with_2() {
        for line in [
            "toprung",
            "toprung climb --mode warp",
            "toprung climb --ladder a --model b",
            "toprung models pull",
            "toprung history show",
            "toprung compare",
            "toprung compare a b --across weather",
            "toprung ab --a x",
            "toprung concurrency",
            "toprung key set",
            "toprung key set http://127.0.0.1:8080 sk-key",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
