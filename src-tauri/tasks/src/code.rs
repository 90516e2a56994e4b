//! Running code that a model wrote: what a runner is asked and what it answers. How the walls are built is the sandbox's own matter.

use std::time::Duration;

use async_trait::async_trait;

/// A program and the walls around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Python source: the model's code and the checks behind it.
    pub source: String,
    pub limits: Limits,
}

/// What a program may take before it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// By the wall's clock: code that sleeps uses no processor.
    pub time: Duration,
    pub memory_bytes: u64,
    /// Of standard output and standard error together.
    pub output_bytes: u64,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It was run to its last statement. A program that ends itself before that, even with status 0, has failed.
    Passed,
    /// With an exception, or by itself too soon: the last lines of standard error.
    Failed(String),
    TimedOut,
    OutOfMemory,
    /// It printed more than it may.
    Flooded,
    /// It reached for files, the network, processes or the environment: what it reached for.
    Forbidden(String),
    /// It needs what the sandbox does not have, as a module of the standard library that is not built for it: which.
    Unsupported(String),
}

/// Runs programs behind walls.
#[async_trait]
pub trait CodeRunner: Send + Sync {
    /// # Errors
    /// A sentence, when the program could not be run at all: the runner's own failure, never the program's.
    async fn run(&self, program: &Program) -> Result<Ended, String>;
}
