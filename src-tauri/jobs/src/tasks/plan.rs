//! What is asked: tasks, the user's own items, the budget; and what is in the way of a task.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use toprung_climb::TaskWork;
use toprung_core::format;
use toprung_core::task::{Task, TaskFloors, TaskPlan};
use toprung_tasks::own::{self, OwnTask};
use toprung_tasks::{FROZEN_SEED, Item, Oracle, Suite, rotating_seed, suite};

use super::sandbox::Ready;
use crate::home::Home;
use crate::problem::Problem;
use crate::recommend;

/// The budgets that a person is offered, in seconds a model.
pub const BUDGETS_S: [u32; 3] = [60, 300, 900];
/// A shorter budget asks nothing worth asking.
const LEAST_BUDGET_S: u32 = 20;

/// Of a hash: enough to tell the texts of one file apart.
const SHORT_HASH: usize = 8;

/// What a person wants to know of the models beside their speed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskWish {
    /// None: every task of the suite, and every own one.
    pub tasks: Vec<Task>,
    /// Files of the user's own items.
    pub own_files: Vec<PathBuf>,
    /// Seconds for one model; `None`: until every item that helps is asked.
    pub budget_s: Option<u32>,
    /// Ask this month's items and not the frozen ones: a model that learnt those by heart shows.
    pub rotating: bool,
}

/// Tasks that are ready to be asked.
pub struct TaskSet {
    pub plan: TaskPlan,
    pub(crate) work: TaskWork,
    /// Where code is run, if any task needs that.
    pub(crate) sandbox: Option<Arc<Ready>>,
}

/// Reads the user's files, makes the items, and looks whether code can be run.
pub fn prepare(home: &Home, wish: &TaskWish) -> Result<TaskSet, Problem> {
    if let Some(budget) = wish.budget_s.filter(|budget| *budget < LEAST_BUDGET_S) {
        let what = format!("{budget} s a model are too few to ask anything.");
        return Err(Problem::input("budget_too_short", what, format!("Allow {LEAST_BUDGET_S} s or more; five minutes are usual.")));
    }
    let now = jiff::Zoned::now();
    let seed = if wish.rotating { rotating_seed(now.year(), now.month()) } else { FROZEN_SEED };
    let own = wish.own_files.iter().map(|path| own_task(path)).collect::<Result<Vec<OwnTask>, Problem>>()?;
    let known: Vec<Task> = Task::SUITE.into_iter().chain(own.iter().map(|own| own.task.clone())).collect();
    if let Some(unknown) = wish.tasks.iter().find(|task| !known.contains(task)) {
        let what = format!("There are no items of “{}” here.", unknown.title());
        return Err(Problem::input("no_such_task", what, "Name its file of items too, or choose a task of the suite."));
    }
    let wanted = known.into_iter().filter(|task| wish.tasks.is_empty() || wish.tasks.contains(task)).collect();
    set(home, suite(seed), wanted, own, wish)
}

/// The tasks of files of the user's own items.
pub fn own_tasks(files: &[PathBuf]) -> Result<Vec<Task>, Problem> {
    files.iter().map(|path| Ok(own_task(path)?.task)).collect()
}

/// The same tasks again for a run that goes on.
pub(crate) fn resumed(home: &Home, plan: &TaskPlan) -> Result<TaskSet, Problem> {
    let suite = suite(plan.suite.seed);
    if suite.version() != plan.suite {
        let what = "This run was begun with other items than this version of Toprung has.";
        return Err(Problem::input("suite_changed", what, "Start a new run of tasks; what this one has is kept."));
    }
    let own_files: Vec<PathBuf> = plan.own_files.iter().map(PathBuf::from).collect();
    let own = own_files.iter().map(|path| own_task(path)).collect::<Result<Vec<OwnTask>, Problem>>()?;
    let wish = TaskWish { tasks: plan.tasks.clone(), own_files, budget_s: plan.budget_s, rotating: false };
    set(home, suite, plan.tasks.clone(), own, &wish)
}

fn own_task(path: &Path) -> Result<OwnTask, Problem> {
    own::read(path).map_err(|error| {
        Problem::input("bad_item_file", format!("The file of items {} can't be used.", path.display()), "Mend that line and start again.")
            .with_detail(error.to_string())
    })
}

fn set(home: &Home, suite: Suite, wanted: Vec<Task>, own: Vec<OwnTask>, wish: &TaskWish) -> Result<TaskSet, Problem> {
    let mut tasks: Vec<(Task, Vec<Item>)> = Vec::new();
    let mut floors: BTreeMap<Task, TaskFloors> = recommend::settings(home)?.floors;
    for task in wanted {
        match own.iter().find(|own| own.task == task) {
            Some(own) => {
                floors.entry(task.clone()).or_insert(own.floors);
                tasks.push((task, with_text(own)));
            }
            None => tasks.push((task.clone(), suite.items(&task))),
        }
    }
    let needs_code = |(_, items): &(Task, Vec<Item>)| items.iter().any(|item| matches!(item.oracle, Oracle::Code(_)));
    let mut unavailable = Vec::new();
    let sandbox = match tasks.iter().any(needs_code).then(|| Ready::find(home)).transpose() {
        Ok(sandbox) => sandbox.map(Arc::new),
        Err(why) => {
            unavailable = tasks.iter().filter(|entry| needs_code(entry)).map(|(task, _)| (task.clone(), why.clone())).collect();
            tasks.retain(|entry| !needs_code(entry));
            None
        }
    };
    if tasks.is_empty() {
        let (_, why) = unavailable.into_iter().next().unwrap_or((Task::Coding, String::new()));
        return Err(Problem::world("no_task_available", "None of the tasks can be asked here.", "Choose others too.").with_detail(why));
    }
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone()).to_string_lossy().into_owned();
    Ok(TaskSet {
        plan: TaskPlan {
            suite: suite.version(),
            tasks: tasks.iter().map(|(task, _)| task.clone()).collect(),
            budget_s: wish.budget_s,
            unavailable,
            own_files: wish.own_files.iter().map(absolute).collect(),
        },
        work: TaskWork {
            tasks,
            floors,
            budget: wish.budget_s.map(|seconds| Duration::from_secs(seconds.into())),
            runner: sandbox.clone().map(|sandbox| sandbox as _),
        },
        sandbox,
    })
}

/// The items under names that say which text of the file they are from: answers to two texts do not pair.
fn with_text(own: &OwnTask) -> Vec<Item> {
    let text = own.hash.get(..SHORT_HASH).unwrap_or(&own.hash);
    own.items.iter().map(|item| Item { id: format!("{}@{text}", item.id), ..item.clone() }).collect()
}

impl TaskSet {
    /// What is asked, in a sentence.
    pub fn in_words(&self) -> String {
        let tasks = format::count(self.plan.tasks.len() as u32, "task", "tasks");
        let items: usize = self.work.tasks.iter().map(|(_, items)| items.len()).sum();
        let budget = match self.plan.budget_s {
            Some(seconds) => format!("at most {} a model", format::duration(seconds.into())),
            None => "no limit of time".to_owned(),
        };
        format!("{tasks} with up to {}, {budget}", format::count(items as u32, "item", "items"))
    }
}
