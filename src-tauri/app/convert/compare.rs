//! Compare: which runs are asked for, and what came of them.

use toprung_jobs::compare::{
    Aspect, Compared, Comparison, Design, Difference, Figure, FigureComparison, MARGIN, Pair, Question, SideShown, Verdict,
};
use toprung_jobs::problem::Problem as JobProblem;
use toprung_messages::{ComparedView, ComparisonView, DifferenceView, PairView, RatioView, SideView};

use super::rejection;
use super::results::estimate;
use crate::state::Answer;

/// What the page asks: two runs, or one that was measured as A against B, and which differences are the question.
pub(crate) fn question(a: String, b: Option<String>, asked: &[String]) -> Answer<Question> {
    let asked = asked.iter().map(|name| aspect(name)).collect::<Answer<Vec<Aspect>>>()?;
    Ok(Question { a, b, asked, anyway: false })
}

fn aspect(name: &str) -> Answer<Aspect> {
    Aspect::from_name(name).ok_or_else(|| {
        let known = Aspect::ALL.map(Aspect::name).join(", ");
        let what = format!("Two runs can't differ in “{}”.", name.escape_debug());
        rejection(JobProblem::input("no_such_aspect", what, format!("They can in: {known}.")))
    })
}

pub(crate) fn view(comparison: &Comparison) -> ComparisonView {
    ComparisonView { margin: MARGIN, pairs: comparison.pairs.iter().map(pair).collect(), alone: comparison.alone.clone() }
}

fn pair(pair: &Pair) -> PairView {
    PairView {
        title: pair.title.clone(),
        a: side(&pair.a),
        b: side(&pair.b),
        interleaved: pair.design == Design::Interleaved,
        reasons: pair.comparability.reasons.iter().map(difference).collect(),
        asked: pair.comparability.asked.iter().map(difference).collect(),
        remarks: pair.comparability.remarks.clone(),
        figures: pair.figures.iter().map(compared).collect(),
        answer: pair.answer.clone(),
        next_step: pair.next_step.clone(),
    }
}

fn side(side: &SideShown) -> SideView {
    SideView {
        run: side.run.clone(),
        started_at: side.started_at.clone(),
        model: side.model.to_string(),
        title: side.title.clone(),
        engine: side.engine.name().to_owned(),
        engine_version: side.engine_version.clone(),
        mode: side.mode.name().to_owned(),
        grade: side.grade.map(|grade| format!("{grade:?}")),
    }
}

fn difference(difference: &Difference) -> DifferenceView {
    DifferenceView { aspect: difference.aspect.name().to_owned(), words: difference.words.clone() }
}

fn compared(figure: &FigureComparison) -> ComparedView {
    let compared = &figure.compared;
    ComparedView {
        figure: name(figure.figure).to_owned(),
        a: estimate(compared.a),
        b: estimate(compared.b),
        ratio: RatioView { value: compared.ratio.value, low: compared.ratio.low, high: compared.ratio.high },
        delta: compared.delta,
        effect: compared.effect.word().to_owned(),
        verdict: verdict(compared).to_owned(),
    }
}

fn name(figure: Figure) -> &'static str {
    match figure {
        Figure::Decode => "decode",
        Figure::Prefill => "prefill",
        Figure::FirstToken => "first_token",
        Figure::Response => "response",
    }
}

fn verdict(compared: &Compared) -> &'static str {
    match compared.verdict {
        None => "too_few_trials",
        Some(Verdict::Faster) => "faster",
        Some(Verdict::Slower) => "slower",
        Some(Verdict::NoDifference) if compared.ratio.is_within_margin() => "no_difference",
        Some(Verdict::NoDifference) => "not_shown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_takes_the_names_of_aspects_and_says_which_it_does_not_know() {
        let taken = question("r-1".to_owned(), Some("r-2".to_owned()), &["grade".to_owned(), "power".to_owned()]).unwrap();
        assert_eq!(taken.asked, [Aspect::Grade, Aspect::Power]);
        let refused = question("r-1".to_owned(), None, &["colour".to_owned()]).unwrap_err();
        assert_eq!(refused.code, "no_such_aspect");
        assert!(refused.what.contains("colour") && refused.next_step.contains("quantization"), "{refused:?}");
    }
}
