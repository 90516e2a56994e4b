//! Hardware: profile, sensors and checks.

use toprung_jobs::doctor::Check as Fact;
use toprung_jobs::profile::Profile;
use toprung_jobs::sensors::SensorReport;
use toprung_jobs::validation::{Check, CheckVerdict, Validation};
use toprung_messages::{CheckView, FactView, HardwareView, ProfileView, SensorView, ValidationView};

pub(crate) fn view(profile: &Profile, facts: &[Fact], sensors: Vec<SensorReport>) -> HardwareView {
    HardwareView {
        profile: ProfileView {
            facts: facts.iter().map(fact).collect(),
            since: profile.since.clone(),
            changes: profile.changes.iter().map(|change| change.words.clone()).collect(),
        },
        sensors: sensors.into_iter().map(sensor).collect(),
    }
}

fn fact(fact: &Fact) -> FactView {
    FactView { name: fact.name.clone(), value: fact.well.then(|| fact.detail.clone()) }
}

fn sensor(sensor: SensorReport) -> SensorView {
    SensorView {
        name: sensor.name.to_owned(),
        readable: sensor.readable,
        detail: sensor.detail,
        mend: sensor.mend.map(str::to_owned),
        source: Some(sensor.source).filter(|source| !source.is_empty()),
        unit: sensor.unit.map(str::to_owned),
    }
}

pub(crate) fn validation(found: &Validation) -> ValidationView {
    let engine = found.engine.as_ref();
    ValidationView {
        engine: engine.map(|engine| engine.kind.name().to_owned()),
        engine_version: engine.and_then(|engine| engine.version.clone()),
        checks: found.checks.iter().map(check).collect(),
    }
}

fn check(check: &Check) -> CheckView {
    CheckView {
        code: check.code.clone(),
        title: check.title.clone(),
        verdict: match check.verdict {
            CheckVerdict::Pass => "pass",
            CheckVerdict::Fail => "fail",
            CheckVerdict::NotTested => "not_tested",
        }
        .to_owned(),
        evidence: check.evidence.clone(),
        next_step: Some(check.next_step.clone()).filter(|step| !step.is_empty()),
    }
}
