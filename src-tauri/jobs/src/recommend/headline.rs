//! The whole advice in a sentence.

use toprung_core::recommend::{Advice, Pick, TaskAdvice};

/// Tasks that a sentence names before it counts the rest.
const MOST_NAMED: usize = 3;
/// Models that a sentence names; the cards have them all.
const MOST_PICKS: usize = 3;

/// Which model for what, beginning with the one that is good for most; `None` where no task was asked.
pub fn headline(advice: &Advice) -> Option<String> {
    if advice.tasks.is_empty() {
        return None;
    }
    let mut groups: Vec<(&Pick, Vec<&TaskAdvice>)> = Vec::new();
    for task in &advice.tasks {
        let Some(pick) = task.verdict.pick() else { continue };
        match groups.iter_mut().find(|(known, _)| *known == pick) {
            Some((_, tasks)) => tasks.push(task),
            None => groups.push((pick, vec![task])),
        }
    }
    // Stable: of two that are good for as much, the one of the earlier task stays first.
    groups.sort_by_key(|(_, tasks)| std::cmp::Reverse(tasks.len()));
    let undecided: Vec<&TaskAdvice> = advice.tasks.iter().filter(|task| task.verdict.pick().is_none()).collect();
    let Some(((first, tasks), others)) = groups.split_first() else {
        return Some(format!("No model is shown to be good enough for {} yet.", names(&undecided)));
    };
    let mut parts = vec![format!("Use {} for {}", first.title, names(tasks))];
    parts.extend(others.iter().take(MOST_PICKS - 1).map(|(pick, tasks)| format!("{} for {}", pick.title, names(tasks))));
    let left: usize = others.iter().skip(MOST_PICKS - 1).map(|(_, tasks)| tasks.len()).sum();
    if left > 0 {
        parts.push(format!("others for {left} more"));
    }
    let mut sentence = format!("{}.", parts.join("; "));
    // One task alone has room for why.
    if let ([only], []) = (tasks.as_slice(), others)
        && undecided.is_empty()
    {
        sentence.clone_from(&only.sentence);
    }
    if !undecided.is_empty() {
        sentence.push_str(&format!(" For {} nothing is shown to be good enough yet.", names(&undecided)));
    }
    Some(sentence)
}

/// “coding, summaries and translation”; many end in “and 4 more tasks”.
fn names(tasks: &[&TaskAdvice]) -> String {
    let titles: Vec<String> = tasks.iter().map(|task| small(task.task.title())).collect();
    // Naming one more takes no more room than counting it.
    let named = if titles.len() > MOST_NAMED + 1 { MOST_NAMED } else { titles.len() };
    let (shown, rest) = titles.split_at(named);
    match (shown, rest.len()) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([init @ .., last], 0) => format!("{} and {last}", init.join(", ")),
        (shown, more) => format!("{} and {more} more tasks", shown.join(", ")),
    }
}

/// A title inside a sentence. A person's own words keep their capitals beyond the first.
fn small(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use toprung_core::model::{EngineKind, ModelRef};
    use toprung_core::recommend::{TaskVerdict, Weights};
    use toprung_core::task::Task;

    use super::*;

    fn advice(picks: &[(Task, Option<&str>)]) -> Advice {
        let one = |(task, pick): &(Task, Option<&str>)| TaskAdvice {
            task: task.clone(),
            floors: task.default_floors(),
            verdict: match pick {
                Some(name) => TaskVerdict::Use {
                    pick: Pick { model: ModelRef::new(name).unwrap(), engine: EngineKind::Ollama, server: None, title: (*name).to_owned() },
                },
                None => TaskVerdict::None { why: "None will do.".to_owned() },
            },
            sentence: format!("For {} there is a reason.", task.title()),
            evidence: Vec::new(),
            runner_up: None,
            what_would_change: Vec::new(),
            avoid: Vec::new(),
            pareto: Vec::new(),
            rows: Vec::new(),
            items_shared: 0,
        };
        Advice { weights: Weights::default(), tasks: picks.iter().map(one).collect(), views: Vec::new() }
    }

    #[test]
    fn the_model_for_most_tasks_comes_first() {
        let told = headline(&advice(&[
            (Task::Classify, Some("1b")),
            (Task::Coding, Some("8b")),
            (Task::Summary, Some("8b")),
            (Task::ToolCalls, None),
        ]));
        let expected =
            "Use 8b for coding and summaries; 1b for fast classification. For tool calls nothing is shown to be good enough yet.";
        assert_eq!(told.as_deref(), Some(expected));
    }

    #[test]
    fn many_tasks_are_counted() {
        let all: Vec<(Task, Option<&str>)> = Task::SUITE.into_iter().map(|task| (task, Some("8b"))).collect();
        let told = headline(&advice(&all)).unwrap();
        assert_eq!(told, "Use 8b for fast classification, chat and instructions, log diagnostics and 7 more tasks.");
    }

    #[test]
    fn one_task_says_why_and_none_says_nothing() {
        assert_eq!(headline(&advice(&[(Task::Coding, Some("8b"))])).as_deref(), Some("For Coding there is a reason."));
        assert_eq!(headline(&advice(&[(Task::Coding, None)])).as_deref(), Some("No model is shown to be good enough for coding yet."));
        assert_eq!(headline(&advice(&[])), None);
    }
}
