//! Three constraints, or one that goes against the grain.

use super::subjects::Subject;
use super::{Draft, constrained};
use crate::oracle::Constraint;
use crate::random::Random;

pub(super) fn two_sentences(subject: &Subject) -> Draft {
    let Subject { subject, word, avoid, plain, .. } = subject;
    let prompt = format!(
        "Write two short sentences about {subject}, the second with the word “{word}”. Do not use the word “{avoid}”. Write nothing but the two sentences."
    );
    let constraints = vec![
        Constraint::Sentences(2),
        Constraint::Contains((*word).to_owned()),
        Constraint::Without((*avoid).to_owned()),
        Constraint::Words { least: 8, most: 70 },
    ];
    constrained(prompt, constraints, format!("It has been so for years. {plain}"))
}

pub(super) fn bullets(random: &mut Random) -> Draft {
    let n = usize::try_from(random.between(3, 5)).unwrap_or(4);
    let (thing, advice, word) = random.pick(&[
        ("for someone who moves house", "Pack the heavy books in small boxes", "boxes"),
        ("for a first day at work", "Write every name into a notebook", "notebook"),
        ("for a long walk in the rain", "Keep a dry towel at home", "towel"),
        ("for saving electricity at home", "Turn off the heater at night", "heater"),
        ("for a picnic with friends", "Bring a large blanket for all", "blanket"),
    ]);
    let prompt = format!(
        "Give {n} pieces of advice {thing}. Each stands on its own line, begins with “* ” and has at most 10 words. One of them contains the word “{word}”. No introduction, no closing words."
    );
    let lines: Vec<String> =
        (0..n).map(|i| if i == 0 { format!("* {advice}") } else { format!("* Do not hurry, step {i} can wait") }).collect();
    let constraints = vec![
        Constraint::Lines(n),
        Constraint::EachLineBegins("* ".to_owned()),
        Constraint::WordsALine(10),
        Constraint::Contains(word.to_owned()),
    ];
    constrained(prompt, constraints, lines.join("\n"))
}

pub(super) fn exclamation(subject: &Subject) -> Draft {
    let Subject { subject, word, nine, .. } = subject;
    let prompt = format!(
        "Write one sentence about {subject}, of at most 15 words, with the word “{word}” and with an exclamation mark at its end. Write only the sentence."
    );
    let constraints = vec![
        Constraint::Sentences(1),
        Constraint::Words { least: 4, most: 15 },
        Constraint::Contains((*word).to_owned()),
        Constraint::EndsWith("!".to_owned()),
    ];
    constrained(prompt, constraints, nine.replace('.', "!"))
}

pub(super) fn beginning(subject: &Subject) -> Draft {
    let Subject { subject, word, although, .. } = subject;
    let prompt = format!(
        "Write one sentence about {subject}, of at most 25 words. It begins with the word “Although” and contains the word “{word}”."
    );
    let constraints = vec![
        Constraint::Sentences(1),
        Constraint::BeginsWith("Although".to_owned()),
        Constraint::Contains((*word).to_owned()),
        Constraint::Words { least: 5, most: 25 },
    ];
    constrained(prompt, constraints, format!("{although}."))
}
