//! Translation from English into German, French and Spanish in turns.

mod sentences;

use toprung_core::task::Band;

use super::Draft;
use super::words::{DAYS, FIRST_NAMES, LAST_NAMES, TOWNS};
use crate::oracle::{Fact, Language, Oracle, TranslationOf};
use crate::random::Random;

/// The longest translation has 88 tokens in the tokenizer that makes most of them.
const MAX_OUTPUT_TOKENS: u32 = 112;
const LANGUAGES: [Language; 3] = [Language::German, Language::French, Language::Spanish];

/// A text in four languages. `<name>`, `<last>`, `<town>`, `<n>`, `<m>` and `<code>` are filled in; what stands in braces is
/// a placeholder for the model, too.
struct Text {
    english: &'static str,
    /// German, French, Spanish.
    translations: [&'static str; 3],
    /// Words that a right translation holds: the English one, and for each language all forms that are right, with `|` between.
    words: &'static [(&'static str, [&'static str; 3])],
    /// Whether the prompt lists the words as a glossary, with the first form of each.
    shows_words: bool,
}

/// The texts' own placeholders.
const PLACEHOLDERS: [&str; 6] = ["{user}", "{date}", "{count}", "{file}", "{link}", "%s"];

pub(super) fn draft(band: Band, round: usize, random: &mut Random) -> Draft {
    let (language, at) = (LANGUAGES[round % 3], round % 3);
    let pool: &[Text] = match band {
        Band::Easy => &sentences::EASY,
        Band::Medium => &sentences::MEDIUM,
        Band::Hard => &sentences::HARD,
    };
    let text = &pool[round % pool.len()];
    let slots = [
        ("<name>", random.pick(&FIRST_NAMES).to_owned()),
        ("<last>", random.pick(&LAST_NAMES).to_owned()),
        ("<town>", random.pick(&TOWNS).to_owned()),
        ("<n>", random.between(13, 29).to_string()),
        ("<m>", random.between(31, 97).to_string()),
        ("<code>", format!("{}{}-{}", random.pick(&["A", "K", "T", "X"]), random.between(2, 9), random.between(100, 999))),
        ("<day>", random.pick(&DAYS).to_owned()),
    ];
    let filled = |template: &str| slots.iter().fold(template.to_owned(), |text, (slot, value)| text.replace(slot, value));
    let source = filled(text.english);
    let mut kept: Vec<String> = slots.iter().filter(|(slot, _)| text.english.contains(slot)).map(|(_, value)| value.clone()).collect();
    kept.extend(PLACEHOLDERS.iter().filter(|placeholder| source.contains(*placeholder)).map(|placeholder| (*placeholder).to_owned()));
    let glossary: Vec<Fact> = text.words.iter().map(|(english, forms)| fact(english, forms[at])).collect();
    Draft {
        prompt: prompt(language, &source, text.shows_words.then_some(&glossary)),
        max_output_tokens: MAX_OUTPUT_TOKENS,
        example: filled(text.translations[at]),
        oracle: Oracle::Translation(TranslationOf { language, source, kept, glossary }),
    }
}

fn fact(english: &str, forms: &str) -> Fact {
    Fact { what: english.to_owned(), accepted: forms.split('|').map(str::to_owned).collect() }
}

fn prompt(language: Language, source: &str, glossary: Option<&Vec<Fact>>) -> String {
    let name = language.name();
    let words: Vec<String> = glossary
        .into_iter()
        .flatten()
        .map(|fact| format!("{} = {}", fact.what, fact.accepted.first().map_or("", String::as_str)))
        .collect();
    let list = if words.is_empty() { String::new() } else { format!(" Use these words: {}.", words.join(", ")) };
    format!(
        "Translate this text into {name}. Keep numbers (as digits), names, codes and placeholders such as {{user}} or %s as they are.{list} Write only the translation.\n\n{source}"
    )
}
