//! What a comparison says, in sentences.

use super::{Compared, Effect, Figure, FigureComparison, MARGIN, Ratio, Verdict};
use crate::format;

/// A ratio as a change with its interval: “−10.1 % (−11.2 % to −8.9 %)”.
pub fn change(ratio: &Ratio) -> String {
    let of = |ratio: f64| format::percent_change_tenths(ratio - 1.0);
    format!("{} ({} to {})", of(ratio.value), of(ratio.low), of(ratio.high))
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::NoDifference => "no difference",
        }
    }
}

impl Effect {
    pub fn word(self) -> &'static str {
        match self {
            Self::Negligible => "negligible",
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

impl Compared {
    /// The verdict in words: “slower”, “no difference”, “no difference shown” (it may be there) or “too few trials”.
    pub fn verdict_words(&self) -> &'static str {
        match self.verdict {
            None => "too few trials",
            Some(Verdict::NoDifference) if !self.ratio.is_within_margin() => "no difference shown",
            Some(verdict) => verdict.word(),
        }
    }
}

/// The answer in a sentence or two, from the decode speed, or from the first figure where there is none: what B is,
/// seen from A.
pub fn headline(a: &str, b: &str, figures: &[FigureComparison]) -> String {
    let main = figures.iter().find(|figure| figure.figure == Figure::Decode).or(figures.first());
    let Some(main) = main else { return format!("Nothing was measured of both {a} and {b}.") };
    let others = figures.iter().filter(|figure| figure.figure != main.figure);
    let others: Vec<String> = others.filter_map(moved).collect();
    let others = if others.is_empty() { String::new() } else { format!(" Also {}.", others.join(", ")) };
    format!("{}{others}", of_main(a, b, main))
}

fn of_main(a: &str, b: &str, main: &FigureComparison) -> String {
    let (title, change) = (main.figure.title(), change(&main.compared.ratio));
    let margin = format::percent(MARGIN);
    match main.compared.verdict {
        None => {
            let n = main.compared.a.n.min(main.compared.b.n);
            let trials = format::count(n, "trial", "trials");
            format!("{trials} a side are too few to tell {b} from {a}: {title} {change}.")
        }
        Some(Verdict::NoDifference) if main.compared.ratio.is_within_margin() => {
            format!("There is no difference between {a} and {b}: {title} {change}, within ±{margin}.")
        }
        Some(Verdict::NoDifference) => {
            format!("No difference between {a} and {b} could be shown: {title} {change}, not clear of ±{margin}.")
        }
        Some(verdict) => format!("{b} is {} than {a}: {title} {change}.", verdict.word()),
    }
}

/// “prefill speed slower, −8.1 % (…)”, where there is something to say.
fn moved(figure: &FigureComparison) -> Option<String> {
    let verdict = figure.compared.verdict.filter(|verdict| *verdict != Verdict::NoDifference)?;
    Some(format!("{} {}, {}", figure.figure.title(), verdict.word(), change(&figure.compared.ratio)))
}

/// What would tell more, where the main figure's verdict leaves the question open.
pub fn next_step(figures: &[FigureComparison]) -> Option<&'static str> {
    let main = figures.iter().find(|figure| figure.figure == Figure::Decode).or(figures.first())?;
    match main.compared.verdict {
        None => Some("Measure both in the standard mode, or against each other in turns."),
        Some(Verdict::NoDifference) if !main.compared.ratio.is_within_margin() => {
            Some("Close other programs and measure them against each other, in 20 turns or more.")
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Better, compare_pairs};
    use crate::compare::{Design, compare};

    fn decode(a: &[f64], b: &[f64]) -> FigureComparison {
        FigureComparison { figure: Figure::Decode, compared: compare(a, b, Better::Higher).unwrap() }
    }

    #[test]
    fn the_answer_comes_as_a_sentence_with_its_interval() {
        let table: [(&[f64], &[f64], &str, bool); 4] = [
            (&[50.0; 6], &[45.0; 6], "Y is slower than X: decode speed −10.0 % (−10.0 % to −10.0 %).", false),
            (&[50.0; 6], &[50.0; 6], "There is no difference between X and Y: decode speed 0.0 % (0.0 % to 0.0 %), within ±3 %.", false),
            (&[50.0; 3], &[45.0; 4], "3 trials a side are too few to tell Y from X: decode speed −10.0 % (−10.0 % to −10.0 %).", true),
            (&[40.0, 60.0, 40.0, 60.0, 50.0], &[50.0; 5], "No difference between X and Y could be shown: decode speed 0.0 % (", true),
        ];
        for (a, b, sentence, is_open) in table {
            let figures = [decode(a, b)];
            let answer = headline("X", "Y", &figures);
            assert!(answer.starts_with(sentence), "{answer}");
            assert_eq!(next_step(&figures).is_some(), is_open, "only an open question has a next step: {answer}");
        }
    }

    #[test]
    fn other_figures_are_named_where_they_moved() {
        let times: Vec<(f64, f64)> = (0..5).map(|_| (100.0, 120.0)).collect();
        let response = compare_pairs(&times, Design::Interleaved, Better::Lower).unwrap();
        let figures = [decode(&[50.0; 5], &[50.0; 5]), FigureComparison { figure: Figure::Response, compared: response }];
        assert!(headline("X", "Y", &figures).ends_with(" Also response time slower, +20.0 % (+20.0 % to +20.0 %)."));
        assert_eq!(headline("X", "Y", &[]), "Nothing was measured of both X and Y.");
    }
}
