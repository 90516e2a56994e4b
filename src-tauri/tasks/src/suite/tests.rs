use super::*;

const SEEDS: [u64; 4] = [FROZEN_SEED, 1, 77, 4_294_967_296];

#[test]
fn each_task_has_24_items_and_each_beginning_is_balanced_over_the_bands() {
    for task in Task::SUITE {
        let items = suite(FROZEN_SEED).items(&task);
        assert_eq!(items.len(), if task == Task::Needle { 12 } else { 24 }, "{}", task.name());
        for (place, item) in items.iter().enumerate() {
            assert_eq!(item.band, Band::ALL[place % 3], "{}", item.id);
            assert_eq!(item.task, task);
        }
    }
}

#[test]
fn no_two_items_ask_the_same_and_no_two_share_a_name() {
    for seed in SEEDS {
        let items: Vec<Item> = Task::SUITE.iter().flat_map(|task| suite(seed).items(task)).collect();
        let prompts: BTreeSet<&str> = items.iter().map(|item| item.prompt.as_str()).collect();
        let ids: BTreeSet<&str> = items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!((prompts.len(), ids.len()), (items.len(), items.len()), "seed {seed}");
    }
}

#[test]
fn a_seed_always_makes_the_same_items_and_another_seed_makes_others() {
    for task in Task::SUITE {
        let items = suite(5).items(&task);
        assert_eq!(items, suite(5).items(&task));
        let others: BTreeSet<String> = suite(6).items(&task).into_iter().map(|item| item.prompt).collect();
        let same = items.iter().filter(|item| others.contains(&item.prompt)).count();
        assert!(same * 3 <= items.len(), "{}: {same} of {} prompts are the same by another seed", task.name(), items.len());
    }
}

#[test]
fn prompts_are_short_but_where_length_is_the_question() {
    for item in Task::SUITE.iter().filter(|task| **task != Task::Needle).flat_map(|task| suite(FROZEN_SEED).items(task)) {
        let words = item.prompt.split_whitespace().count();
        assert!(words < 230, "{} has {words} words", item.id);
        assert!(item.max_output_tokens <= 512, "{}", item.id);
    }
}

#[test]
fn the_months_seeds_differ_from_each_other_and_from_the_frozen_one() {
    let months = (2024..2040).flat_map(|year| (1..=12).map(move |month| rotating_seed(year, month)));
    let seeds: BTreeSet<u64> = months.chain([FROZEN_SEED]).collect();
    assert_eq!(seeds.len(), 16 * 12 + 1);
}

#[test]
fn a_users_own_task_has_no_items_here() {
    assert!(suite(1).items(&Task::Own("mails".to_owned())).is_empty());
}

#[test]
fn the_frozen_suite_is_the_one_of_its_number() {
    let known = (2, "44f6f22a1e957e965aef108af25c6fb13dd9a250c1ef45e0343802df74cd8ce5");
    let why =
        "an item, a limit or an oracle has changed, so that scores do not pair any more: count SUITE_NUMBER up and write the new hash here";
    assert_eq!((SUITE_NUMBER, hash().as_str()), known, "{why}");
}
