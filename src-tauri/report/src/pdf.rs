//! The report as an accessible PDF (PDF/UA-1): tagged, with a title, a language and a text for every chart.

use toprung_core::analysis::Analysis;
use toprung_core::run::RunRecord;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::document::Document;
use crate::world::{ReportWorld, printable};
use crate::{Report, ReportError};

/// The name under which the template reads what the report says. Data never becomes markup: it is read as values.
const DATA_FILE: &str = "report.json";

/// The report as a PDF, A4, in the light theme, with the default weights and floors. The same run gives the same bytes.
///
/// # Errors
/// [`ReportError::NotSet`] with typst's own words; a run's content cannot cause it.
pub fn pdf(run: &RunRecord, analysis: &Analysis) -> Result<Vec<u8>, ReportError> {
    write(&Report::new(run, analysis))
}

pub(crate) fn write(report: &Report<'_>) -> Result<Vec<u8>, ReportError> {
    let pages = set(report)?;
    let standards = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|error| ReportError::NotSet(error.message().to_string()))?;
    let creator = Smart::Custom(Some("Toprung".to_owned()));
    let options = PdfOptions { ident: Smart::Custom(report.run.id.clone()), creator, standards, ..PdfOptions::default() };
    typst_pdf::pdf(&pages, &options).map_err(|errors| not_set(&errors))
}

/// The report's pages, before they are written as a PDF.
fn set(report: &Report<'_>) -> Result<PagedDocument, ReportError> {
    let document = Document::of(report);
    let data = serde_json::to_string(&document).map_err(|error| ReportError::NotSet(error.to_string()))?;
    let charts = document.figures().map(|figure| (figure.file.clone(), printable(&figure.svg)));
    let world = ReportWorld::new(charts.chain([(DATA_FILE.to_owned(), printable(&data))])).map_err(ReportError::NotSet)?;
    typst::compile::<PagedDocument>(&world).output.map_err(|errors| not_set(&errors))
}

fn not_set(errors: &[SourceDiagnostic]) -> ReportError {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    ReportError::NotSet(messages.join("; "))
}

#[cfg(test)]
mod tests {
    use toprung_core::analysis::{Floors, analyse};
    use toprung_core::seed::seed_run;
    use typst::layout::{Frame, FrameItem};

    use super::*;
    use crate::fixture;
    use crate::fixture::tasks::{THREE, asked, twelve_asked};

    fn collect(frame: &Frame, texts: &mut String, links: &mut usize) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => collect(&group.frame, texts, links),
                FrameItem::Text(text) => texts.push_str(&text.text),
                FrameItem::Link(..) => *links += 1,
                _ => {}
            }
        }
    }

    /// The letters on the pages without any space, the number of links, and the number of pages.
    fn read(run: &RunRecord, analysis: &Analysis) -> (String, usize, usize) {
        let pages = set(&Report::new(run, analysis)).unwrap();
        let (mut texts, mut links) = (String::new(), 0);
        for page in pages.pages() {
            collect(&page.frame, &mut texts, &mut links);
        }
        (dense(&texts), links, pages.pages().len())
    }

    /// Spaces are places on a page and not letters, so texts are compared without them.
    fn dense(text: &str) -> String {
        text.split_whitespace().collect()
    }

    #[test]
    fn the_seed_is_an_accessible_pdf() {
        let run = seed_run();
        let bytes = pdf(&run, &analyse(&run, &Floors::default())).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7"), "it is a PDF");
        let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(holds("pdfuaid:part"), "it states that it conforms to PDF/UA, and typst refuses to write it if it does not");
        assert!(!holds("/JavaScript") && !holds("/EmbeddedFile"), "a report carries nothing that acts");
    }

    #[test]
    fn the_pages_say_what_the_seed_said() {
        let run = seed_run();
        let (text, links, pages) = read(&run, &analyse(&run, &Floors::default()));
        let lines = [
            "Model Escalation Ladder Results",
            "Intel Core i9-14900HX",
            "83.0",
            "−94 % throughput",
            "Avoid",
            "Temperature not readable",
            "Concurrent downloads not tested: No test of concurrent download is stored.",
            "Page 1 of 3",
        ];
        for line in lines {
            assert!(text.contains(&dense(line)), "“{line}” is missing: {text}");
        }
        assert_eq!((links, pages), (0, 3), "a report of six rungs has three pages and no links");
    }

    #[test]
    fn markup_in_a_name_stays_text() {
        let (mut run, mut analysis) = fixture::of(&fixture::SEED);
        let hostile = "#panic() *b* $x$ @ref <lab> `raw` https://evil.example \\ 模型 🦙";
        analysis.rungs[0].title = hostile.to_owned();
        analysis.headline = hostile.to_owned();
        run.machine.cpu = Some(hostile.to_owned());
        let (text, links, _) = read(&run, &analysis);
        assert!(text.contains(&dense("#panic() *b* $x$ @ref <lab> `raw` https://evil.example \\ ?? ?")), "data is read as values: {text}");
        assert_eq!(links, 0, "an address in a name is no link");
        assert!(pdf(&run, &analysis).is_ok(), "a character that the face lacks must not make the PDF fail");
    }

    #[test]
    fn tasks_are_set_accessibly_with_their_advice() {
        let (run, analysis) = asked(&THREE);
        let (text, links, pages) = read(&run, &analysis);
        let lines =
            ["Model Task Results", "Which model for which task", "Could not be asked", "22 of 24", "74–98 %", "Floors", "Avoid", "suite 3"];
        for line in lines {
            assert!(text.contains(&dense(line)), "“{line}” is missing: {text}");
        }
        assert!(!text.contains(&dense("Performance benchmark results")), "no speed was measured");
        assert_eq!((links, pages), (0, 3), "three models at three tasks");
        let mut climbed = fixture::of(&fixture::SEED);
        climbed.0.tasks = run.tasks.clone();
        climbed.0.rungs[0].items = run.rungs[0].items.clone();
        let mut unanswered = asked(&THREE[..1]);
        unanswered.0.rungs[0].items.clear();
        for (run, analysis) in [(run, analysis), climbed, unanswered, asked(&[]), twelve_asked()] {
            let written = pdf(&run, &analysis);
            assert!(written.is_ok(), "{} models: {:?}", run.rungs.len(), written.err());
        }
    }

    #[test]
    fn ladders_of_every_size_can_be_printed() {
        for (run, analysis) in [fixture::of(&[]), fixture::of(&fixture::SEED[..1]), fixture::twelve(), fixture::nothing_measured()] {
            let written = pdf(&run, &analysis);
            assert!(written.is_ok(), "{} rungs: {written:?}", analysis.rungs.len());
        }
    }
}
