use super::*;
use crate::oracle::Constraint;

#[tokio::test]
async fn every_constraint_is_kept_and_trimmings_are_looked_past_loosely() {
    let oracle = Oracle::Constraints(vec![
        Constraint::Sentences(2),
        Constraint::Contains("lamp".to_owned()),
        Constraint::Without("ship".to_owned()),
        Constraint::Words { least: 6, most: 14 },
    ]);
    let table = [
        ("The lamp is old. It still turns at night.", Right, "both sentences"),
        ("The Lamp is old! It still turns at 3.5 knots?", Right, "case and decimals"),
        ("Here are two sentences:\n\nThe lamp is old. It still turns at night.", RightLoosely, "an introduction"),
        ("\"The lamp is old. It still turns at night.\"", RightLoosely, "quotes"),
        ("The lamp is old, and it still turns at night.", Wrong, "one sentence"),
        ("The lamp is old. It turns. It shines at night.", Wrong, "three sentences"),
        ("The lamps are old. They still turn at night.", Wrong, "another word"),
        ("The lamp is old. No ships see it at night.", Wrong, "a forbidden word within a longer one"),
        ("The lamp. It turns.", Wrong, "too few words"),
        ("lamp lamp lamp lamp lamp lamp lamp lamp lamp lamp lamp lamp lamp lamp lamp lamp lamp lamp", Wrong, "a loop"),
    ];
    check(&oracle, &table).await;
}

#[tokio::test]
async fn each_constraint_by_itself() {
    let text = |text: &str| text.to_owned();
    let table = [
        (Constraint::Lines(2), "one\n\ntwo", "one two"),
        (Constraint::BeginsWith(text("Although")), "although it is late", "Altogether it is late"),
        (Constraint::EndsWith(text("lamp")), "I saw the lamp.", "I saw the clamp."),
        (Constraint::EndsWith(text("The end.")), "It was so. The end.", "It was so. The end"),
        (Constraint::EndsWith(text("lamp?")), "Who has a lamp?", "Who has a lamp."),
        (Constraint::EachLineBegins(text("* ")), "* one\n* two", "* one\n- two"),
        (Constraint::Acrostic(text("SEA")), "Sun\n“Every day”\nAt last", "Sun\nMoon\nAt last"),
        (Constraint::LowerCase, "the 3 lamps", "The lamps"),
        (Constraint::WordsALine(2), "one two\nthree", "one two three"),
        (Constraint::LinesAmong(vec![text("red - blue")]), "red - blue", "red blue"),
        (Constraint::Times { word: text("net"), times: 2 }, "a net on a net", "a net on a nettle"),
        (Constraint::Words { least: 3, most: 3 }, "one – two three", "one two"),
        (Constraint::Sentences(1), "It is 3.5 metres long", "It is long. Very."),
    ];
    for (constraint, good, bad) in table {
        let oracle = Oracle::Constraints(vec![constraint]);
        check(&oracle, &[(good, Right, "it is kept"), (bad, Wrong, "it is broken")]).await;
    }
}

#[tokio::test]
async fn a_text_that_the_limit_cut_off_is_not_called_wrong() {
    let oracle = Oracle::Constraints(vec![Constraint::EndsWith("lamp".to_owned())]);
    let cut = Answer { text: "It was late when they saw the".to_owned(), hit_limit: true, ..Answer::default() };
    assert_eq!(grade(&item(oracle), &cut, None).await.class, Incomplete);
}
