//! One or two constraints.

use super::subjects::Subject;
use super::{Draft, constrained};
use crate::oracle::Constraint;
use crate::random::Random;

const KINDS: [(&str, [&str; 6]); 4] = [
    ("colours", ["red", "blue", "green", "yellow", "black", "white"]),
    ("days of the week", ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]),
    ("fruits", ["apple", "pear", "cherry", "banana", "plum", "grape"]),
    ("animals", ["dog", "cat", "horse", "cow", "sheep", "goat"]),
];

pub(super) fn list(random: &mut Random) -> Draft {
    let (kind, words) = random.pick(&KINDS);
    let n = usize::try_from(random.between(2, 4)).unwrap_or(3);
    let [first, second] = random.distinct(&words);
    let mut example = vec![first, second];
    example.extend(words.iter().filter(|word| ![first, second].contains(word)).take(n - 2));
    let prompt = format!(
        "Write the names of {n} {kind}, each on its own line. “{first}” and “{second}” are among them. Write nothing else: no numbers, no introduction."
    );
    let contains = [first, second].map(|word| Constraint::Contains(word.to_owned()));
    let mut constraints = vec![Constraint::Lines(n), Constraint::WordsALine(2)];
    constraints.extend(contains);
    constrained(prompt, constraints, example.join("\n"))
}

pub(super) fn sentence(subject: &Subject) -> Draft {
    let Subject { subject, word, plain, .. } = subject;
    let prompt = format!("Write one sentence about {subject}. It contains the word “{word}”. Write nothing else.");
    let words = Constraint::Words { least: 4, most: 40 };
    constrained(prompt, vec![Constraint::Sentences(1), Constraint::Contains((*word).to_owned()), words], *plain)
}

pub(super) fn copy(random: &mut Random) -> Draft {
    let (_, words) = random.pick(&KINDS);
    let line = random.some(&words, 4).join(" - ");
    let prompt = format!("Write this line exactly as it is, and nothing else:\n{line}");
    constrained(prompt, vec![Constraint::LinesAmong(vec![line.clone()]), Constraint::Lines(1)], line)
}

pub(super) fn ending(subject: &Subject) -> Draft {
    let Subject { subject, word, plain, .. } = subject;
    let prompt =
        format!("Write a very short text about {subject}, of at most 60 words. The word “{word}” is in it, and it ends with “The end.”");
    let constraints = vec![
        Constraint::Words { least: 5, most: 60 },
        Constraint::Contains((*word).to_owned()),
        Constraint::EndsWith("The end.".to_owned()),
    ];
    constrained(prompt, constraints, format!("{plain} The end."))
}
