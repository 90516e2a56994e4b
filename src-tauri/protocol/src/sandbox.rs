//! The JSON lines between Toprung and `toprung-sandbox`, the process that runs one model-written program.
//!
//! The process says [`Reply::Hello`], takes one [`Request`] on its standard input, answers it on its standard output and
//! ends. It also ends when its input ends or its parent dies. The program's own output never reaches either pipe.

use serde::{Deserialize, Serialize};

/// What the sandbox is told, once in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "op")]
pub enum Request {
    /// Compiles the interpreter (a WebAssembly file) into `output`, a file that is overwritten. Answered by
    /// [`Reply::Compiled`].
    Compile { interpreter: String, output: String },
    /// Runs a program in the interpreter that was compiled into `compiled`. Answered by [`Reply::Started`] and
    /// [`Reply::Ended`].
    ///
    /// Whoever sends this vouches for the file: its content becomes machine code of the process, unchecked.
    Run {
        compiled: String,
        /// Python source.
        source: String,
        /// The most that the interpreter's linear memory may hold.
        memory_bytes: u64,
        /// The most that the program may print, on both streams together.
        output_bytes: u64,
        /// A second wall behind the parent's timer: the kernel ends the process after this much processor time.
        processor_s: u64,
    },
}

/// What the sandbox says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Reply {
    /// First line. A compiled interpreter can be run by whatever says the same `compatibility` as what compiled it: it
    /// stands for the versions of the sandbox and of its compiler, their settings and the processor.
    Hello {
        compatibility: String,
    },
    Compiled,
    /// The interpreter is loaded and the program begins: its time runs from here.
    Started,
    Ended {
        outcome: Outcome,
    },
    /// The sandbox could not do what it was told; the program is not to blame.
    Failed {
        code: FailureCode,
        message: String,
    },
}

/// How a program ended by itself. A program that did not is ended by the parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum Outcome {
    /// It was run to its last statement.
    Passed,
    /// The last lines of its standard error.
    Failed {
        detail: String,
    },
    OutOfMemory,
    /// It printed more than it may.
    Flooded,
    /// What it reached for, as "the file '/etc/passwd'".
    Forbidden {
        what: String,
    },
    /// What it needs and the sandbox does not have, as "the module numpy".
    Unsupported {
        what: String,
    },
}

/// Why the sandbox could not do what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The interpreter is not there, or it is not a WebAssembly file that can be compiled.
    BadInterpreter,
    /// The compiled interpreter can't be read, or another build compiled it: it has to be compiled again.
    BadCompiled,
    /// The compiled interpreter could not be written.
    CannotWrite,
    BadRequest,
    Internal,
}
