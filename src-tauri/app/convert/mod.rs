//! The edge: what the jobs know, made into what the page is told. Nothing is decided here.

pub(crate) mod compare;
pub(crate) mod hardware;
pub(crate) mod live;
pub(crate) mod models;
pub(crate) mod plan;
pub(crate) mod recommend;
pub(crate) mod results;
pub(crate) mod stress;

use toprung_jobs::problem::Problem as JobProblem;
use toprung_messages::Problem;

pub(crate) fn problem(problem: &JobProblem) -> Problem {
    Problem {
        code: problem.code.to_owned(),
        what: problem.what.clone(),
        detail: problem.detail.clone(),
        next_step: problem.next_step.clone(),
    }
}

/// A problem as what a command rejects with.
pub(crate) fn rejection(problem: JobProblem) -> Problem {
    self::problem(&problem)
}
