//! The sandbox for model-written code, made ready before the first model is asked.

use async_trait::async_trait;
use tokio::sync::OnceCell;
use toprung_tasks::code::{CodeRunner, Ended, Program};
use toprung_tasks::sandbox::{Runner, Sandbox};

use crate::home::Home;

/// The folder in the data folder that holds the interpreter and its compiled form.
const FOLDER: &str = "sandbox";

/// A sandbox that makes itself ready once, at the first wish: the interpreter is checked, and compiled where it is not yet.
pub(crate) struct Ready {
    sandbox: Sandbox,
    runner: OnceCell<Result<Runner, String>>,
}

impl Ready {
    /// The sandbox of a data folder, or why there is none, in a sentence.
    pub(crate) fn find(home: &Home) -> Result<Self, String> {
        let sandbox = Sandbox::find(&home.folder().join(FOLDER)).map_err(|unavailable| unavailable.to_string())?;
        Ok(Self { sandbox, runner: OnceCell::new() })
    }

    /// Waits until it is ready. The first time takes seconds to minutes; dropping the future ends the work.
    pub(crate) async fn prepare(&self) -> Result<&Runner, String> {
        let prepare = async || self.sandbox.prepare(|_| {}).await.map_err(|unavailable| unavailable.to_string());
        self.runner.get_or_init(prepare).await.as_ref().map_err(Clone::clone)
    }
}

#[async_trait]
impl CodeRunner for Ready {
    async fn run(&self, program: &Program) -> Result<Ended, String> {
        self.prepare().await?.run(program).await
    }
}
