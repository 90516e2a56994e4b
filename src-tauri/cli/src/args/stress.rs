//! What `toprung stress` and `toprung validate` take.

use std::path::PathBuf;

use clap::Subcommand;
use toprung_jobs::ladders::LadderChoice;
use toprung_jobs::stress::{StressChoice, Wish};

use super::Engine;

/// The usual length of a sustained test, in minutes: most laptops begin to throttle within five.
const USUAL_MINUTES: f64 = 10.0;

#[derive(Debug, clap::Args)]
pub(crate) struct Stress {
    #[command(subcommand)]
    pub(crate) command: StressCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StressCommand {
    /// Download several models at once: speed, stalls, a cut and its resume, and what the machine makes of it.
    Download(Download),
    /// Let one model work without a pause: does its speed last?
    Sustain(Sustain),
    /// Switch between models, load them side by side, and ask all of them at once.
    Concurrent(Concurrent),
    /// Try larger models and longer contexts until the machine says no, and stop before it suffers.
    Limit(Limit),
    /// Every stored test, newest first.
    List,
    /// One stored test with its verdict and evidence.
    Show {
        /// Its id, the start of it, `last` or `last~1`.
        test: String,
        /// Write it as JSON (`-`: to standard output).
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Delete a stored test for good.
    Rm {
        /// Its id, the start of it, `last` or `last~1`.
        test: String,
    },
}

/// What every test takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    #[command(flatten)]
    engine: Engine,
    /// Write the test as JSON (`-`: to standard output).
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Download {
    /// Models to download, two or more that are not here yet; without any, the two lightest on offer.
    #[arg(long, value_name = "REF", num_args = 1.., conflicts_with = "ladder")]
    model: Vec<String>,
    /// A ladder's name or file; what it has and the engine has not is downloaded.
    #[arg(long, value_name = "NAME|FILE")]
    ladder: Option<String>,
    /// A model that is here and answers meanwhile, to see how much slower it gets.
    #[arg(long, value_name = "REF")]
    beside: Option<String>,
    /// Do not cut the first download once to see that it goes on.
    #[arg(long)]
    no_cut: bool,
    /// Download without asking.
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Sustain {
    /// The model that works; without one, the largest that is here and fits.
    #[arg(long, value_name = "REF")]
    model: Option<String>,
    /// How long it works: 10 minutes, or 30 for a machine with much to heat up.
    #[arg(long, value_name = "N", default_value_t = USUAL_MINUTES)]
    minutes: f64,
    /// The same in seconds, for a short look.
    #[arg(long, value_name = "N", conflicts_with = "minutes")]
    seconds: Option<f64>,
    /// Seconds of one loop; 30 where the test is long enough.
    #[arg(long = "loop", value_name = "N")]
    loop_s: Option<f64>,
    /// Seconds for which the machine is watched afterwards.
    #[arg(long, value_name = "N", default_value_t = 60.0)]
    cool_down: f64,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Concurrent {
    /// Models to hold at once; one alone gets several requests. Without any, the two lightest that are here.
    #[arg(long, value_name = "REF", num_args = 1..)]
    model: Vec<String>,
    /// Requests at once; one for each model, or four of a single one.
    #[arg(long, value_name = "N")]
    requests: Option<u32>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Limit {
    /// Models to try; without any, all that are here.
    #[arg(long, value_name = "REF", num_args = 1..)]
    model: Vec<String>,
    /// The longest context to try, in tokens.
    #[arg(long, value_name = "N", default_value_t = 131_072)]
    most_context: u32,
    /// Also try what is predicted not to fit.
    #[arg(long)]
    try_anyway: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

impl StressCommand {
    /// The test that is to be made; `None` where a stored one is looked at.
    pub(crate) fn test(&self) -> Option<(StressChoice, &Common)> {
        let (wish, common) = match self {
            Self::Download(args) => {
                let ladder = args.ladder.as_deref().map(LadderChoice::parse);
                let wish = Wish::Download { models: args.model.clone(), ladder, beside: args.beside.clone(), cut: !args.no_cut };
                (wish, &args.common)
            }
            Self::Sustain(args) => {
                let seconds = args.seconds.unwrap_or(args.minutes * 60.0);
                (Wish::Sustain { model: args.model.clone(), seconds, loop_s: args.loop_s, cool_down_s: args.cool_down }, &args.common)
            }
            Self::Concurrent(args) => (Wish::Concurrent { models: args.model.clone(), requests: args.requests }, &args.common),
            Self::Limit(args) => {
                let wish = Wish::Limit { models: args.model.clone(), most_context: args.most_context, try_anyway: args.try_anyway };
                (wish, &args.common)
            }
            Self::List | Self::Show { .. } | Self::Rm { .. } => return None,
        };
        Some((StressChoice { engine: common.engine.choice(), wish }, common))
    }

    /// Whether it may download without asking.
    pub(crate) fn is_agreed(&self) -> bool {
        matches!(self, Self::Download(Download { yes: true, .. }))
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Validate {
    #[command(flatten)]
    pub(crate) engine: Engine,
    /// Compute digests that were not computed yet: reads every such model once.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Write the checks as JSON (`-`: to standard output).
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::{Args, Command};
    use super::*;

    fn wish(line: &str) -> Wish {
        match Args::try_parse_from(line.split_whitespace()).unwrap_or_else(|error| panic!("{line}: {error}")).command {
            Command::Stress(stress) => stress.command.test().unwrap().0.wish,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn each_test_has_sensible_defaults() {
        assert_eq!(wish("toprung stress download"), Wish::Download { models: Vec::new(), ladder: None, beside: None, cut: true });
        let sustain = |seconds| Wish::Sustain { model: None, seconds, loop_s: None, cool_down_s: 60.0 };
        assert_eq!(wish("toprung stress sustain"), sustain(600.0));
        assert_eq!(wish("toprung stress sustain --minutes 30"), sustain(1800.0));
        assert_eq!(wish("toprung stress sustain --seconds 90"), sustain(90.0));
        assert_eq!(wish("toprung stress concurrent"), Wish::Concurrent { models: Vec::new(), requests: None });
        assert_eq!(wish("toprung stress limit"), Wish::Limit { models: Vec::new(), most_context: 131_072, try_anyway: false });
    }

    #[test]
    fn the_contract_parses() {
        for line in [
            "toprung stress download --model a:1b b:3b --beside c --no-cut --yes --engine ollama --url http://127.0.0.1:11434 --json -",
            "toprung stress sustain --model a --seconds 60 --loop 10 --cool-down 5 --json out.json",
            "toprung stress concurrent --model a --model b --requests 8",
            "toprung stress limit --most-context 8192 --try-anyway",
            "toprung stress list",
            "toprung stress show last~1 --json -",
            "toprung stress rm 0192",
            "toprung validate --engine ollama --verify --json -",
        ] {
            Args::try_parse_from(line.split_whitespace()).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
        for line in ["toprung stress", "toprung stress sustain --minutes 1 --seconds 2", "toprung stress show", "toprung stress heat"] {
            assert_eq!(Args::try_parse_from(line.split_whitespace()).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
