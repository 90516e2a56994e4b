//! Writes the seed's run as every chart and report into a folder, to be looked at:
//! `cargo run -p toprung-report --example preview -- /tmp/preview`.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use toprung_core::analysis::{Floors, analyse};
use toprung_core::seed::seed_run;
use toprung_report::chart::{ChartKind, Theme, chart_for};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("Name a folder to write into.")?);
    fs::create_dir_all(&folder)?;
    let run = seed_run();
    let analysis = analyse(&run, &Floors::default());
    for kind in ChartKind::ALL {
        for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            if let Some(chart) = chart_for(&run, &analysis, kind, theme, 760) {
                fs::write(folder.join(format!("{}-{name}.svg", kind.name())), chart.svg)?;
            }
        }
    }
    for name in ["report.md", "report.json", "report.pdf"] {
        toprung_report::save(&run, &analysis, &folder.join(name))?;
    }
    Ok(())
}
