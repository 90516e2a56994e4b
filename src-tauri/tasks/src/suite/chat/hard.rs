//! Counting, several lines, and what must not be there.

use super::subjects::Subject;
use super::{Draft, constrained};
use crate::oracle::Constraint;
use crate::random::Random;

pub(super) fn exact_words(subject: &Subject) -> Draft {
    let Subject { subject, word, nine, .. } = subject;
    let prompt = format!("Write a sentence about {subject} that has exactly 9 words. One of them is “{word}”. Write only the sentence.");
    let constraints = vec![Constraint::Words { least: 9, most: 9 }, Constraint::Contains((*word).to_owned()), Constraint::Sentences(1)];
    constrained(prompt, constraints, *nine)
}

pub(super) fn few_words(subject: &Subject) -> Draft {
    let Subject { subject, word, nine, .. } = subject;
    let prompt = format!(
        "Write a sentence about {subject} that has at least 8 and at most 12 words. One of them is “{word}”. Write only the sentence."
    );
    let constraints = vec![Constraint::Words { least: 8, most: 12 }, Constraint::Contains((*word).to_owned()), Constraint::Sentences(1)];
    constrained(prompt, constraints, *nine)
}

/// How the three lines begin.
const BEGINNINGS: [&str; 3] = ["First", "Then", "Finally"];

pub(super) fn three_lines(subject: &Subject) -> Draft {
    let Subject { subject, word, .. } = subject;
    let [a, b, c] = BEGINNINGS;
    let prompt = format!(
        "Write about a day at {subject}, in three sentences, each on its own line. The first line begins with “{a}”, the second with “{b}” and the third with “{c}”. Each line has at most 15 words, and one of them contains the word “{word}”. Write only the three lines."
    );
    let initials = BEGINNINGS.iter().filter_map(|beginning| beginning.chars().next()).collect();
    let contains = BEGINNINGS.iter().chain([word]).map(|word| Constraint::Contains((*word).to_owned()));
    let mut constraints = vec![Constraint::Lines(3), Constraint::Acrostic(initials), Constraint::WordsALine(15)];
    constraints.extend(contains);
    constrained(prompt, constraints, format!("{a} we look at the {word}.\n{b} we wait a while.\n{c} we go home."))
}

pub(super) fn acrostic(random: &mut Random) -> Draft {
    let letters = random.pick(&["STONE", "RIVER", "CLOUD", "BREAD", "LIGHT", "PLANT", "HOUSE", "TRAIN"]);
    let subject = random.pick(&["the sea", "a long winter", "a market", "friendship", "an old town"]);
    let prompt = format!(
        "Write a poem of {} lines about {subject}. The first letters of the lines, read downwards, spell {letters}. Each line has at most 8 words. Write only the poem.",
        letters.len()
    );
    let lines: Vec<String> = letters.chars().map(|letter| format!("{letter} is where this line begins")).collect();
    let constraints = vec![Constraint::Lines(letters.len()), Constraint::Acrostic(letters.to_owned()), Constraint::WordsALine(8)];
    constrained(prompt, constraints, lines.join("\n"))
}

pub(super) fn lower_case(subject: &Subject) -> Draft {
    let Subject { subject, word, avoid, plain, .. } = subject;
    let prompt = format!(
        "Write one sentence about {subject} in lower case only, without any capital letter. Use the word “{word}”, and do not use the word “{avoid}”. Write only the sentence."
    );
    let constraints = vec![
        Constraint::LowerCase,
        Constraint::Words { least: 4, most: 40 },
        Constraint::Contains((*word).to_owned()),
        Constraint::Without((*avoid).to_owned()),
    ];
    constrained(prompt, constraints, plain.to_lowercase())
}

pub(super) fn three_sentences(subject: &Subject) -> Draft {
    let Subject { subject, avoid, plain, although, .. } = subject;
    let prompt = format!(
        "Write exactly three sentences about {subject}. The first begins with “Although”. Do not use the word “{avoid}”. Write only the three sentences."
    );
    let constraints =
        vec![Constraint::Sentences(3), Constraint::BeginsWith("Although".to_owned()), Constraint::Without((*avoid).to_owned())];
    constrained(prompt, constraints, format!("{although}. {plain} It has been so for years."))
}

pub(super) fn word_twice(subject: &Subject) -> Draft {
    let Subject { subject, word, avoid, plain, .. } = subject;
    let prompt = format!(
        "Write a text about {subject} of 15 to 25 words, in lower case only, without any capital letter. Use the word “{word}” exactly twice and never the word “{avoid}”. Write only the text."
    );
    let constraints = vec![
        Constraint::LowerCase,
        Constraint::Words { least: 15, most: 25 },
        Constraint::Times { word: (*word).to_owned(), times: 2 },
        Constraint::Without((*avoid).to_owned()),
    ];
    constrained(prompt, constraints, format!("{} nobody knows who made this {word} so many years ago.", plain.to_lowercase()))
}

pub(super) fn question(subject: &Subject) -> Draft {
    let Subject { subject, word, avoid, plain, although, .. } = subject;
    let prompt = format!(
        "Write exactly three sentences about {subject}. The first begins with “Although”. The last is a question that ends with the word “{word}”. Do not use the word “{avoid}”."
    );
    let constraints = vec![
        Constraint::Sentences(3),
        Constraint::BeginsWith("Although".to_owned()),
        Constraint::EndsWith(format!("{word}?")),
        Constraint::Without((*avoid).to_owned()),
    ];
    constrained(prompt, constraints, format!("{although}. {plain} Who would not know this {word}?"))
}
