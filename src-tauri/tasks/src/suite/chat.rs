//! Chat and instructions: short texts under constraints that a program can check.

use toprung_core::task::Band;

use super::Draft;
use crate::oracle::{Constraint, Oracle};
use crate::random::Random;

const MAX_OUTPUT_TOKENS: u32 = 128;

/// Something to write about: a subject, a word that belongs to it, one that is easily used and may be forbidden, and
/// right sentences: a plain one, one of exactly nine words with the word in it, and one that begins with “Although” and ends with
/// the word.
struct Subject {
    subject: &'static str,
    word: &'static str,
    avoid: &'static str,
    plain: &'static str,
    nine: &'static str,
    although: &'static str,
}

const SUBJECTS: [Subject; 8] = [
    Subject {
        subject: "a lighthouse",
        word: "lamp",
        avoid: "storm",
        plain: "Its lamp turns slowly above the dark water.",
        nine: "An old lamp still turns above the dark water.",
        although: "Although the night is long, sailors trust the lamp",
    },
    Subject {
        subject: "a garden in autumn",
        word: "rake",
        avoid: "leaves",
        plain: "A rake leans against the wall behind the roses.",
        nine: "A wooden rake leans quietly against the garden wall.",
        although: "Although the summer is over, nobody puts away the rake",
    },
    Subject {
        subject: "a bakery in the morning",
        word: "oven",
        avoid: "bread",
        plain: "The oven is warm long before the street wakes up.",
        nine: "The oven is warm long before the street wakes.",
        although: "Although it is early, a light burns beside the oven",
    },
    Subject {
        subject: "a train station",
        word: "clock",
        avoid: "train",
        plain: "A big clock hangs above the benches in the hall.",
        nine: "A big clock hangs above benches in the hall.",
        although: "Although nobody is late, everyone looks at the clock",
    },
    Subject {
        subject: "a library",
        word: "shelf",
        avoid: "book",
        plain: "Every shelf holds something that nobody has read yet.",
        nine: "Every shelf holds something that nobody has read yet.",
        although: "Although the room is silent, a story waits on each shelf",
    },
    Subject {
        subject: "a mountain hut",
        word: "stove",
        avoid: "snow",
        plain: "The stove crackles while wet jackets dry above it.",
        nine: "The stove crackles while wet jackets dry above it.",
        although: "Although the wind is strong, it is warm near the stove",
    },
    Subject {
        subject: "a fishing village",
        word: "pier",
        avoid: "boat",
        plain: "A wooden pier creaks softly under the old man.",
        nine: "A wooden pier creaks softly under the old man.",
        although: "Although the sea is calm, nobody stands on the pier",
    },
    Subject {
        subject: "a school yard",
        word: "bell",
        avoid: "children",
        plain: "The bell rings and the noise is gone at once.",
        nine: "The bell rings and the noise is gone immediately.",
        although: "Although the break is short, nobody hears the bell",
    },
];

pub(super) fn draft(band: Band, round: usize, random: &mut Random) -> Draft {
    let subject = &SUBJECTS[usize::try_from(random.between(0, 7)).unwrap_or(0)];
    match (band, round) {
        (Band::Easy, 0 | 4) => easy_list(random),
        (Band::Easy, 1 | 5) => easy_sentence(subject),
        (Band::Easy, 2 | 6) => easy_copy(random),
        (Band::Easy, _) => easy_ending(subject),
        (Band::Medium, 0 | 4) => medium_two_sentences(subject),
        (Band::Medium, 1 | 5) => medium_bullets(random),
        (Band::Medium, 2 | 6) => medium_exclamation(subject),
        (Band::Medium, _) => medium_beginning(subject),
        (Band::Hard, 0) => hard_exact_words(subject),
        (Band::Hard, 1) => hard_three_lines(subject),
        (Band::Hard, 2) => hard_lower_case(subject),
        (Band::Hard, 3) => hard_three_sentences(subject),
        (Band::Hard, 4) => hard_few_words(subject),
        (Band::Hard, 5) => hard_acrostic(random),
        (Band::Hard, 6) => hard_word_twice(subject),
        (Band::Hard, _) => hard_question(subject),
    }
}

fn constrained(prompt: String, constraints: Vec<Constraint>, example: impl Into<String>) -> Draft {
    Draft { prompt, max_output_tokens: MAX_OUTPUT_TOKENS, oracle: Oracle::Constraints(constraints), example: example.into() }
}

const KINDS: [(&str, [&str; 6]); 4] = [
    ("colours", ["red", "blue", "green", "yellow", "black", "white"]),
    ("days of the week", ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]),
    ("fruits", ["apple", "pear", "cherry", "banana", "plum", "grape"]),
    ("animals", ["dog", "cat", "horse", "cow", "sheep", "goat"]),
];

fn easy_list(random: &mut Random) -> Draft {
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

fn easy_sentence(subject: &Subject) -> Draft {
    let Subject { subject, word, plain, .. } = subject;
    let prompt = format!("Write one sentence about {subject}. It contains the word “{word}”. Write nothing else.");
    let words = Constraint::Words { least: 4, most: 40 };
    constrained(prompt, vec![Constraint::Sentences(1), Constraint::Contains((*word).to_owned()), words], *plain)
}

fn easy_copy(random: &mut Random) -> Draft {
    let (_, words) = random.pick(&KINDS);
    let line = random.some(&words, 4).join(" - ");
    let prompt = format!("Write this line exactly as it is, and nothing else:\n{line}");
    constrained(prompt, vec![Constraint::LinesAmong(vec![line.clone()]), Constraint::Lines(1)], line)
}

fn easy_ending(subject: &Subject) -> Draft {
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

fn medium_two_sentences(subject: &Subject) -> Draft {
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

fn medium_bullets(random: &mut Random) -> Draft {
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

fn medium_exclamation(subject: &Subject) -> Draft {
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

fn medium_beginning(subject: &Subject) -> Draft {
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

fn hard_exact_words(subject: &Subject) -> Draft {
    let Subject { subject, word, nine, .. } = subject;
    let prompt = format!("Write a sentence about {subject} that has exactly 9 words. One of them is “{word}”. Write only the sentence.");
    let constraints = vec![Constraint::Words { least: 9, most: 9 }, Constraint::Contains((*word).to_owned()), Constraint::Sentences(1)];
    constrained(prompt, constraints, *nine)
}

fn hard_few_words(subject: &Subject) -> Draft {
    let Subject { subject, word, nine, .. } = subject;
    let prompt = format!(
        "Write a sentence about {subject} that has at least 8 and at most 12 words. One of them is “{word}”. Write only the sentence."
    );
    let constraints = vec![Constraint::Words { least: 8, most: 12 }, Constraint::Contains((*word).to_owned()), Constraint::Sentences(1)];
    constrained(prompt, constraints, *nine)
}

/// How the three lines begin.
const BEGINNINGS: [&str; 3] = ["First", "Then", "Finally"];

fn hard_three_lines(subject: &Subject) -> Draft {
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

fn hard_acrostic(random: &mut Random) -> Draft {
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

fn hard_lower_case(subject: &Subject) -> Draft {
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

fn hard_three_sentences(subject: &Subject) -> Draft {
    let Subject { subject, avoid, plain, although, .. } = subject;
    let prompt = format!(
        "Write exactly three sentences about {subject}. The first begins with “Although”. Do not use the word “{avoid}”. Write only the three sentences."
    );
    let constraints =
        vec![Constraint::Sentences(3), Constraint::BeginsWith("Although".to_owned()), Constraint::Without((*avoid).to_owned())];
    constrained(prompt, constraints, format!("{although}. {plain} It has been so for years."))
}

fn hard_word_twice(subject: &Subject) -> Draft {
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

fn hard_question(subject: &Subject) -> Draft {
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
