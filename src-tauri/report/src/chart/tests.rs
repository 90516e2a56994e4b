use super::*;
use crate::fixture;
use crate::font::{Weight, width};

const WIDTHS: [u32; 3] = [420, 760, 1000];

/// The texts of an SVG with their left edge and their width in pixels.
pub(super) fn texts(svg: &str) -> Vec<(i32, i32, String)> {
    let attribute = |tag: &str, name: &str| Some(tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.to_owned());
    svg.split("<text")
        .skip(1)
        .map(|element| {
            let (tag, rest) = element.split_once('>').unwrap();
            let text = rest.split_once("</text>").unwrap().0.trim().to_owned();
            let size: f64 = attribute(tag, "font-size").unwrap().parse().unwrap();
            let weight = if attribute(tag, "font-weight").is_some() { Weight::SemiBold } else { Weight::Regular };
            (attribute(tag, "x").unwrap().parse().unwrap(), width(&text, size, weight), text)
        })
        .collect()
}

fn has_text(chart: &Chart, wanted: &str) -> bool {
    texts(&chart.svg).iter().any(|(_, _, text)| text == wanted)
}

fn seed_chart(kind: ChartKind) -> Chart {
    let (run, analysis) = fixture::of(&fixture::SEED);
    chart_for(&run, &analysis, kind, Theme::Light, 760).unwrap()
}

#[test]
fn the_drop_stands_on_the_bar_and_the_knee_is_marked_in_words() {
    let chart = seed_chart(ChartKind::Throughput);
    for wanted in
        ["83.0", "54.7", "−34 %", "31.4", "−43 %", "8.96", "−71 %", "1 of 5 answered · −94 %", "top rung here", "avoid", "empty answer"]
    {
        assert!(has_text(&chart, wanted), "“{wanted}” must be readable without a tooltip: {:?}", texts(&chart.svg));
    }
    assert_eq!(chart.marks[1].label, "llama3.2:3b: 54.7 tokens/s, 95 % interval 53.6–56.3 tokens/s, 5 trials, grade A, −34 %, balanced");
    assert_eq!(chart.rows[1], ["llama3.2:3b", "2.00 GB", "54.7", "53.6–56.3 tokens/s", "5", "−34 %", "A", "balanced"]);
    assert!(chart.alt.starts_with("Ladder of 5 rungs, smallest first: tokens per second. llama3.2:1b: 83.0 tokens/s."), "{}", chart.alt);
    assert!(chart.alt.ends_with("Top rung here: codellama:13b."), "{}", chart.alt);
}

#[test]
fn bars_are_proportional_to_their_figures_and_stack_upward() {
    let chart = seed_chart(ChartKind::Throughput);
    let (first, second) = (&chart.marks[0], &chart.marks[1]);
    let left = chart.marks[4].x - 2;
    let ratio = f64::from(second.x - left) / f64::from(first.x - left);
    assert!((ratio - 54.67 / 83.01).abs() < 0.01, "bars start at zero, so their lengths must compare as the figures do: {ratio}");
    assert!(chart.marks.windows(2).all(|pair| pair[1].y < pair[0].y), "the smallest rung is at the bottom");
}

#[test]
fn the_three_panels_share_the_rungs() {
    let chart = seed_chart(ChartKind::Escalation);
    assert_eq!(chart.marks.len(), 15, "five rungs in three panels");
    for rung in 0..5 {
        assert_eq!(chart.marks[rung].y, chart.marks[rung + 5].y, "a rung has one height in all panels");
    }
    for title in ["Tokens per second", "Response time", "Answered"] {
        assert!(has_text(&chart, title), "a panel has its own scale, so it needs its own title");
    }
}

#[test]
fn nothing_leaves_the_picture_at_any_size() {
    let ladders = [fixture::of(&fixture::SEED[..1]), fixture::of(&fixture::SEED), fixture::twelve(), fixture::nothing_measured()];
    for ((run, analysis), kind, wide) in ladders
        .iter()
        .flat_map(|ladder| ChartKind::OF_RUNGS.map(|kind| (ladder, kind)))
        .flat_map(|(l, k)| WIDTHS.map(|w| (l, k.clone(), w)))
    {
        let Some(chart) = chart_for(run, analysis, kind.clone(), Theme::Dark, wide) else { continue };
        for (x, text_width, text) in texts(&chart.svg) {
            assert!(
                x + text_width <= chart.width as i32,
                "“{text}” is cut off in {kind:?} with {} rungs at {wide} px",
                analysis.rungs.len()
            );
        }
        assert!(
            chart.marks.iter().all(|mark| mark.x <= chart.width as i32 && mark.y <= chart.height as i32),
            "every focusable point lies in the picture"
        );
        assert!(chart.svg.contains(&format!("viewBox=\"0 0 {} {}\"", chart.width, chart.height)), "the stated size is the picture's");
    }
}

#[test]
fn the_height_follows_the_number_of_rungs() {
    let height = |(run, analysis): (_, _)| chart_for(&run, &analysis, ChartKind::Throughput, Theme::Light, 760).unwrap().height;
    let (one, twelve) = (height(fixture::of(&fixture::SEED[..1])), height(fixture::twelve()));
    assert_eq!(twelve - one, 11 * 46, "each rung takes the same height");
}

#[test]
fn a_rung_without_a_figure_says_why() {
    let (mut run, mut analysis) = fixture::nothing_measured();
    let chart = chart_for(&run, &analysis, ChartKind::Throughput, Theme::Light, 760).unwrap();
    assert!(has_text(&chart, "failed: it ran out of memory (needs 15.8 GiB, 11.2 GiB free)"), "an empty row would read as zero");
    assert!(chart.marks.iter().all(|mark| !mark.label.contains(" 0")), "unknown is never zero");
    assert_eq!(chart_for(&run, &analysis, ChartKind::Success, Theme::Light, 760), None, "a picture without any figure shows nothing");
    run.rungs.clear();
    analysis.rungs.clear();
    assert_eq!(chart_for(&run, &analysis, ChartKind::Throughput, Theme::Light, 760), None, "no rung, no ladder");
}

#[test]
fn a_hostile_name_stays_text() {
    let (run, mut analysis) = fixture::of(&fixture::SEED);
    analysis.rungs[0].title = "<img src=x onerror=\"alert(1)\">'&\u{202e}</svg><script>".to_owned();
    for kind in ChartKind::OF_RUNGS {
        let chart = chart_for(&run, &analysis, kind, Theme::Light, 1000).unwrap();
        let known = ["svg ", "/svg>", "rect ", "polyline ", "polygon ", "text ", "/text>"];
        for tag in chart.svg.split('<').skip(1) {
            assert!(known.iter().any(|name| tag.starts_with(name)), "“<{tag}” is no element that charts draw");
        }
        assert!(!chart.svg.contains('\u{202e}'), "a right-to-left override makes one name look like another");
        assert!(chart.svg.contains("&lt;img src=x"), "the name is still shown");
    }
}

#[test]
fn one_trial_draws_no_interval() {
    let (run, mut analysis) = fixture::of(&fixture::SEED[..1]);
    analysis.rungs[0].decode_tps.as_mut().unwrap().n = 1;
    let chart = chart_for(&run, &analysis, ChartKind::Throughput, Theme::Light, 760).unwrap();
    assert!(!chart.svg.contains("interval"), "one trial has no spread, and a line would look like certainty");
    assert_eq!(chart.rows[0][3], "–");
}

#[test]
fn every_text_keeps_its_width_in_a_viewer_without_the_face() {
    let chart = seed_chart(ChartKind::Escalation);
    let stated: Vec<&str> = chart.svg.split(" textLength=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let texts = texts(&chart.svg);
    assert_eq!(stated.len(), texts.len(), "each text states its width");
    for (stated, (_, measured, text)) in stated.iter().zip(&texts) {
        let stated: f64 = stated.parse().unwrap();
        assert!((stated - f64::from(*measured)).abs() <= 1.0, "“{text}” is {measured} px wide and states {stated}");
    }
}
