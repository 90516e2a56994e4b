//! The whole advice in a sentence.

use toprung_core::recommend::{Advice, Pick, TaskAdvice, TaskVerdict};

/// Tasks that a sentence names before it counts the rest.
const MOST_NAMED: usize = 3;
/// Models that a sentence names; the cards have them all.
const MOST_PICKS: usize = 3;

/// Which model for what, beginning with the one that is good for most; `None` where no task was asked.
pub fn headline(advice: &Advice) -> Option<String> {
    // One task alone has room for why.
    if let [only] = advice.tasks.as_slice() {
        return Some(only.sentence.clone());
    }
    let undecided: Vec<&TaskAdvice> = advice.tasks.iter().filter(|task| task.verdict.pick().is_none()).collect();
    let decided = by_model(advice.tasks.iter().filter_map(|task| Some((task.verdict.pick()?, task))));
    let leaders = by_model(undecided.iter().filter_map(|task| match &task.verdict {
        TaskVerdict::NotProven { leader, .. } => Some((leader, *task)),
        _ => None,
    }));
    let (undecided, best) = (names(&undecided), models_for(&leaders));
    let best = if best.is_empty() { String::new() } else { format!(" Best so far: {best}.") };
    match (models_for(&decided).as_str(), undecided.as_str()) {
        ("", "") => None,
        (decided, "") => Some(format!("Use {decided}.")),
        ("", undecided) => Some(format!("No model is shown to be good enough for {undecided} yet.{best}")),
        (decided, undecided) => Some(format!("Use {decided}. For {undecided} nothing is shown to be good enough yet.{best}")),
    }
}

/// The tasks of each model, beginning with the model that has most.
fn by_model<'a>(picks: impl Iterator<Item = (&'a Pick, &'a TaskAdvice)>) -> Vec<(&'a Pick, Vec<&'a TaskAdvice>)> {
    let mut groups: Vec<(&Pick, Vec<&TaskAdvice>)> = Vec::new();
    for (pick, task) in picks {
        match groups.iter_mut().find(|(known, _)| *known == pick) {
            Some((_, tasks)) => tasks.push(task),
            None => groups.push((pick, vec![task])),
        }
    }
    // Stable: of two that are good for as much, the one of the earlier task stays first.
    groups.sort_by_key(|(_, tasks)| std::cmp::Reverse(tasks.len()));
    groups
}

/// “A for coding and summaries; B for translation”.
fn models_for(groups: &[(&Pick, Vec<&TaskAdvice>)]) -> String {
    let mut parts: Vec<String> =
        groups.iter().take(MOST_PICKS).map(|(pick, tasks)| format!("{} for {}", pick.title, names(tasks))).collect();
    let left: usize = groups.iter().skip(MOST_PICKS).map(|(_, tasks)| tasks.len()).sum();
    if left > 0 {
        parts.push(format!("others for {left} more"));
    }
    parts.join("; ")
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
    use toprung_core::recommend::Weights;
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
        assert_eq!(headline(&advice(&[(Task::Coding, None)])).as_deref(), Some("For Coding there is a reason."));
        assert_eq!(headline(&advice(&[])), None);
    }

    #[test]
    fn where_none_is_shown_to_be_good_enough_the_best_so_far_is_named() {
        let mut two = advice(&[(Task::Coding, Some("8b")), (Task::Summary, None), (Task::Chat, None)]);
        let leader = two.tasks[0].verdict.pick().unwrap().clone();
        two.tasks[0].verdict = TaskVerdict::NotProven { leader, more_items: None, more_seconds: None };
        let expected =
            "No model is shown to be good enough for coding, summaries and chat and instructions yet. Best so far: 8b for coding.";
        assert_eq!(headline(&two).as_deref(), Some(expected));
    }
}
