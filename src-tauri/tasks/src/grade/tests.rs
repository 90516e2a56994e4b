use toprung_core::task::Task;

use super::*;
use crate::suite::{FROZEN_SEED, suite};

#[tokio::test]
async fn a_right_answer_to_any_item_of_any_seed_is_right() {
    for seed in [FROZEN_SEED, 1, 2, 3, 2026] {
        for item in Task::SUITE.iter().filter(|task| **task != Task::Coding).flat_map(|task| suite(seed).items(task)) {
            let answer = Answer { text: item.example.clone(), ..Answer::default() };
            let grade = grade(&item, &answer, None).await;
            assert_eq!(grade.class, GradeClass::Right, "{} of seed {seed}: {}\n{}\n→ {}", item.id, grade.reason, item.prompt, item.example);
        }
    }
}
