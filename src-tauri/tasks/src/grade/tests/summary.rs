use super::*;
use crate::oracle::{Fact, SummaryOf};

fn fact(what: &str, accepted: &[&str]) -> Fact {
    Fact { what: what.to_owned(), accepted: texts(accepted) }
}

fn oracle() -> Oracle {
    Oracle::Summary(SummaryOf {
        source: "On Monday the council of Lowick, in Portugal, decided to build a pool for 84 thousand euros. Mr Falk called it a good day; 17 people listened.".to_owned(),
        facts: vec![fact("the town", &["Lowick"]), fact("the cost", &["84 thousand", "84,000", "84000"])],
        forbidden: vec![fact("who spoke", &["Falk"])],
        most_words: 14,
    })
}

#[tokio::test]
async fn a_summary_keeps_the_facts_and_adds_none() {
    let table = [
        ("Lowick will build a pool for 84 thousand euros.", Right, "both facts"),
        ("The Portuguese town Lowick builds a pool for 84,000 euros.", Right, "another form, and a name of the source"),
        ("Here is a summary:\nLowick will build a pool for 84 thousand euros.", RightLoosely, "an introduction"),
        ("Summary: Lowick will build a pool for 84 thousand euros.", RightLoosely, "a title"),
        ("On Monday the council of Lowick decided that it will build a pool for 84,000 euros.", RightLoosely, "a little too long"),
        ("Lowick will build a pool.", Wrong, "a fact is missing"),
        ("Lowick will build a pool for 840 thousand euros.", Wrong, "another figure"),
        ("Lowick will build a pool for 84,000 euros in 2027.", Wrong, "an invented figure"),
        ("Lowick will build a pool by Madrid for 84,000 euros.", Wrong, "an invented name"),
        ("Mr Falk of Lowick builds a pool for 84,000 euros.", Wrong, "what was to be left out"),
        (
            "On Monday the council of the town of Lowick, in Portugal, met and decided at last that it will build a pool for 84 thousand euros.",
            Wrong,
            "far too long",
        ),
        (
            "Lowick, 84,000. Lowick, 84,000. Lowick, 84,000. Lowick, 84,000. Lowick, 84,000. Lowick, 84,000. Lowick, 84,000.",
            Wrong,
            "a loop",
        ),
    ];
    check(&oracle(), &table).await;
}

#[tokio::test]
async fn the_text_itself_is_no_summary() {
    let Oracle::Summary(summary) = oracle() else { panic!("it is a summary") };
    let class = graded(&oracle(), &summary.source).await.class;
    assert_eq!(class, Wrong);
}
