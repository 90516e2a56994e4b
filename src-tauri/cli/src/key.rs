//! `toprung key`: store or remove the key of a server. A key is read from a hidden prompt or from standard input, never from an
//! argument, which other programs could see.

use std::io::{BufRead as _, IsTerminal as _, Read as _};
use std::process::ExitCode;

use toprung_jobs::home::Home;
use toprung_jobs::keys::{self, SecretString};
use toprung_jobs::problem::Problem;

use crate::answer;
use crate::args::KeyCommand;

/// Keys have some hundred characters; what is longer is a file by mistake.
const LONGEST_KEY: u64 = 8 << 10;

pub(crate) fn run(home: &Home, command: KeyCommand) -> Result<ExitCode, Problem> {
    match command {
        KeyCommand::Set { url } => {
            let server = keys::set(home, &url, &read()?)?;
            answer(&format!("The keyring keeps the key of {server} from now on."));
        }
        KeyCommand::Rm { url } => {
            let server = keys::remove(home, &url)?;
            answer(&format!("The key of {server} was removed from the keyring."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read() -> Result<SecretString, Problem> {
    let read = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("Key (not shown): ")
    } else {
        let mut line = String::new();
        std::io::stdin().lock().take(LONGEST_KEY).read_line(&mut line).map(|_| line)
    };
    let unread = |error: std::io::Error| {
        Problem::input("key_not_read", "The key could not be read.", "Type it at the prompt, or give it on standard input.")
            .with_detail(error.to_string())
    };
    read.map(SecretString::from).map_err(unread)
}
