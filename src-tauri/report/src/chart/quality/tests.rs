use toprung_core::analysis::Analysis;
use toprung_core::plan::Mode;
use toprung_core::task::GradeClass;

use super::*;
use crate::chart::tests::texts;
use crate::chart::{ChartKind, chart_for};
use crate::fixture;
use crate::fixture::tasks::{ASKED, THREE, asked, twelve_asked};

const WIDTHS: [u32; 4] = [320, 420, 760, 1000];

fn draw((run, analysis): &(RunRecord, Analysis), task: Option<Task>, width: u32) -> Option<Chart> {
    chart_for(run, analysis, ChartKind::Quality(task), Theme::Light, width)
}

fn says(chart: &Chart, wanted: &str) -> bool {
    texts(&chart.svg).iter().any(|(_, _, text)| text.contains(wanted))
}

#[test]
fn quality_stands_against_speed_with_both_intervals_and_the_front_in_words() {
    let chart = draw(&asked(&THREE), Some(Task::Reasoning), 760).unwrap();
    for wanted in [
        "Right answers, complex reasoning",
        "Seconds an answer, faster to the right",
        "best trade-offs",
        "good enough: 50 % right, within 1 min 30 s",
        "capped lines: 95 % intervals",
        "llama3:8b",
    ] {
        assert!(says(&chart, wanted), "“{wanted}” must be readable without a tooltip: {:?}", texts(&chart.svg));
    }
    let labels: Vec<&str> = chart.marks.iter().map(|mark| mark.label.as_str()).collect();
    assert_eq!(
        labels,
        [
            "codellama:13b: 9 of 24 right (21–57 %), 11.1 s an answer (11.0 s–11.2 s), another is at least as good and as fast",
            "llama3:8b: 22 of 24 right (74–98 %), 3.32 s an answer (3.29 s–3.35 s), whatever is better is slower",
            "llama3.2:1b: 3 of 24 right (4–31 %), 1.38 s an answer (1.37 s–1.39 s), whatever is better is slower",
        ],
        "points are stepped through from slow to fast"
    );
    assert_eq!(
        chart.head,
        ["Model", "Right answers", "95 % interval", "Counted", "In form", "Seconds an answer", "95 % interval", "Best trade-off"]
    );
    assert_eq!(chart.rows[1], ["llama3:8b", "92 %", "74–98 %", "22 of 24", "88 %", "3.32 s", "3.29 s–3.35 s", "yes"]);
    assert!(chart.alt.starts_with("Quality against speed of 3 models, complex reasoning:"), "{}", chart.alt);
    assert!(chart.alt.contains("where whatever is better is slower: llama3.2:1b and llama3:8b."), "{}", chart.alt);
}

#[test]
fn better_is_up_and_faster_is_to_the_right() {
    let chart = draw(&asked(&THREE), Some(Task::Reasoning), 760).unwrap();
    let [slow, good, quick] = chart.marks.as_slice() else { panic!("three models, three points") };
    assert!(slow.x < good.x && good.x < quick.x, "seconds are counted from right to left");
    assert!(good.y < slow.y && slow.y < quick.y, "22, 9 and 3 of 24 are right");
}

#[test]
fn all_tasks_count_the_same_in_their_mean() {
    let chart = draw(&asked(&THREE), None, 760).unwrap();
    assert!(says(&chart, "Right answers, mean of 3 tasks"));
    assert!(!says(&chart, "good enough"), "each task has its own floors");
    assert_eq!(chart.rows[1][..4], ["llama3:8b", "3 of 3", "97 %", "88–99 %"], "24, 22 and 24 of 24");
}

#[test]
fn a_floor_in_tokens_per_second_makes_the_axis_one() {
    let chart = draw(&asked(&THREE), Some(Task::Classify), 760).unwrap();
    assert!(says(&chart, "Tokens per second, faster to the right"));
    assert!(says(&chart, "good enough: 65 % right, 25 tokens/s"));
    assert!(says(&chart, "not drawn: the first token within 500 ms"), "a floor that has no axis is said");
}

#[test]
fn a_model_that_was_not_asked_everything_is_not_compared() {
    let (mut run, analysis) = asked(&THREE);
    run.rungs[0].items.retain(|item| item.task == Task::Classify);
    let chart = draw(&(run, analysis), None, 760).unwrap();
    assert!(says(&chart, "llama3.2:1b (1 of 3 tasks)"), "{:?}", texts(&chart.svg));
    assert_eq!(chart.rows[0].last().map(String::as_str), Some("–"), "24 of 24 at the easiest task is no trade-off");
}

#[test]
fn no_label_lies_on_another_or_leaves_the_picture() {
    for run in [asked(&THREE[..1]), asked(&THREE), twelve_asked()] {
        for (task, wide) in ASKED.map(Some).into_iter().chain([None]).flat_map(|task| WIDTHS.map(|wide| (task.clone(), wide))) {
            let chart = draw(&run, task.clone(), wide).unwrap();
            let boxes: Vec<(f64, f64, f64, String)> = placed(&chart.svg);
            for (i, (left, width, y, text)) in boxes.iter().enumerate() {
                assert!(*left >= 0.0 && left + width <= f64::from(chart.width) + 1.0, "“{text}” is cut off at {wide} px ({task:?})");
                let on = |(l, w, top, _): &&(f64, f64, f64, String)| (top - y).abs() < 11.0 && *l < left + width && *left < l + w;
                let other = boxes[i + 1..].iter().find(on);
                assert_eq!(other, None, "“{text}” lies on another at {wide} px ({task:?})");
            }
            let names = run.0.rungs.len();
            assert_eq!(chart.marks.len(), names);
            assert!(boxes.len() >= names + 8, "each of {names} models has its label at {wide} px ({task:?}): {boxes:?}");
        }
    }
}

/// Left edge, width, middle and words of each text.
fn placed(svg: &str) -> Vec<(f64, f64, f64, String)> {
    let y_of = |element: &str| element.split_once(" y=\"").unwrap().1.split('"').next().unwrap().parse::<f64>().unwrap();
    let ys = svg.split("<text").skip(1).map(y_of);
    texts(svg).into_iter().zip(ys).map(|((left, width, text), y)| (f64::from(left), f64::from(width), y, text)).collect()
}

#[test]
fn one_model_alone_is_no_trade_off() {
    let chart = draw(&asked(&THREE[1..2]), Some(Task::Reasoning), 760).unwrap();
    assert!(!says(&chart, "best trade-offs") && !chart.alt.contains("trade-off"), "there is nothing to trade");
    assert_eq!(chart.marks.len(), 1);
}

#[test]
fn a_hostile_name_stays_text() {
    let (mut run, analysis) = asked(&THREE);
    run.rungs[0].title = "<img src=x onerror=\"alert(1)\">'&\u{202e}</svg><script>".to_owned();
    run.engine.url = Some("http://alices-laptop:11434".to_owned());
    run.rungs[1].title = "alices-laptop/home/alice/m".to_owned();
    let chart = draw(&(run, analysis), None, 760).unwrap();
    let known = ["svg ", "/svg>", "rect ", "circle ", "polyline ", "polygon ", "text ", "/text>"];
    for tag in chart.svg.split('<').skip(1) {
        assert!(known.iter().any(|name| tag.starts_with(name)), "“<{tag}” is no element that charts draw");
    }
    assert!(!chart.svg.contains('\u{202e}') && chart.svg.contains("&lt;img"), "the name is shown, as text");
    assert!(!format!("{chart:?}").contains("alice"), "a picture is passed on: {chart:?}");
}

#[test]
fn without_tasks_there_is_no_chart_and_none_is_offered() {
    let (run, analysis) = fixture::of(&fixture::SEED);
    assert_eq!(draw(&(run.clone(), analysis), None, 760), None);
    assert_eq!(ChartKind::of_run(&run), ChartKind::OF_RUNGS);
    let (mut run, analysis) = asked(&THREE);
    let quality: Vec<String> = ChartKind::of_run(&run).iter().map(ChartKind::name).collect();
    assert_eq!(quality, ["quality", "quality:classify", "quality:reasoning", "quality:extraction"], "coding could not be asked");
    run.mode = Mode::Standard;
    assert_eq!(ChartKind::of_run(&run).len(), 9, "a ladder that asks tasks has the charts of both");
    assert_eq!(draw(&(run.clone(), analysis.clone()), Some(Task::Coding), 760), None);
    for item in run.rungs.iter_mut().flat_map(|rung| &mut rung.items) {
        item.grade.class = GradeClass::EngineFailed;
    }
    assert_eq!(draw(&(run, analysis), None, 760), None, "no answer counts, so nothing is known");
}

#[test]
fn every_name_leads_back_to_its_chart() {
    let own = ChartKind::Quality(Some(Task::Own("my mails".to_owned())));
    for kind in ChartKind::OF_RUNGS.into_iter().chain([ChartKind::Quality(None), ChartKind::Quality(Some(Task::Coding)), own]) {
        assert_eq!(ChartKind::from_name(&kind.name()), Some(kind));
    }
    for name in ["quality:", "quality:painting", "quality: ", "qualitycoding", "Quality", ""] {
        assert_eq!(ChartKind::from_name(name), None, "{name}");
    }
}
