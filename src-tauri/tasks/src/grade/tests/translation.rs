use super::*;
use crate::oracle::{Fact, Language, TranslationOf};

fn oracle(language: Language, word: &[&str]) -> Oracle {
    Oracle::Translation(TranslationOf {
        language,
        source: "Dear {user}, the order K7-123 of Anna has 14 pieces and will arrive on time.".to_owned(),
        kept: texts(&["{user}", "K7-123", "Anna", "14"]),
        glossary: vec![Fact { what: "order".to_owned(), accepted: texts(word) }],
    })
}

#[tokio::test]
async fn a_translation_keeps_what_it_must_and_is_in_its_language() {
    let right = "Hallo {user}, die Bestellung K7-123 von Anna hat 14 Teile und kommt rechtzeitig an.";
    let table = [
        (right, Right, "all is there"),
        (&format!("\"{right}\""), RightLoosely, "quotes"),
        (&format!("Here is the translation:\n{right}"), RightLoosely, "an introduction"),
        (&right.replace("Bestellung", "Eilbestellung"), Right, "German joins words"),
        (&right.replace("{user}", "Benutzer"), Wrong, "a placeholder is lost"),
        (&right.replace("14", "vierzehn"), Wrong, "a number is no digits any more"),
        (&right.replace("14", "140"), Wrong, "another number"),
        (&right.replace("Anna", "Annas Mutter"), Wrong, "another name"),
        (&right.replace("K7-123", "K7 123"), Wrong, "another code"),
        (&right.replace("Bestellung", "Reihenfolge"), Wrong, "the other meaning of the word"),
        ("Dear {user}, the order K7-123 of Anna has 14 pieces and will arrive on time.", WrongLanguage, "the source"),
        ("Cher {user}, la commande K7-123 de Anna a 14 pièces et arrivera à l'heure.", WrongLanguage, "French"),
        ("{user} K7-123 Anna 14 Bestellung", WrongLanguage, "a list of what has to be there"),
        ("Die Bestellung {user} K7-123 Anna 14", Wrong, "far too short"),
        (&format!("{right} {right}"), Wrong, "twice"),
    ];
    check(&oracle(Language::German, &["Bestellung", "Auftrag"]), &table).await;
}

#[tokio::test]
async fn each_language_is_told_from_the_others() {
    let french = "Cher {user}, la commande K7-123 d'Anna a 14 pièces et arrivera à l'heure.";
    let spanish = "Estimado {user}, el pedido K7-123 de Anna tiene 14 piezas y llegará a tiempo.";
    check(&oracle(Language::French, &["commande"]), &[(french, Right, "French"), (spanish, WrongLanguage, "Spanish")]).await;
    check(&oracle(Language::Spanish, &["pedido"]), &[(spanish, Right, "Spanish"), (french, WrongLanguage, "French")]).await;
}
