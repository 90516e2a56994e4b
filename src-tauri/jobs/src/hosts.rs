//! The engines of one ladder: each is opened and asked once, however many rungs it runs.

use std::sync::Arc;

use toprung_core::model::EngineDescription;
use toprung_engines::{Engine, InstalledModel};
use toprung_models::ladder_file::Sources;

use crate::engines::{EngineChoice, open_named};
use crate::home::Home;
use crate::keys::{NamedBy, same_server};
use crate::problem::Problem;

/// An engine that answered.
pub(crate) struct Host {
    pub(crate) choice: EngineChoice,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) description: EngineDescription,
    pub(crate) installed: Vec<InstalledModel>,
}

/// Every engine that was asked so far.
pub(crate) struct Hosts<'a> {
    home: &'a Home,
    /// What the person named; every other engine was named by a ladder file.
    person: &'a EngineChoice,
    sources: &'a Sources,
    asked: Vec<Host>,
}

impl<'a> Hosts<'a> {
    pub(crate) fn new(home: &'a Home, person: &'a EngineChoice, sources: &'a Sources) -> Self {
        Self { home, person, sources, asked: Vec::new() }
    }

    /// Opens an engine and asks who it is and what it has, unless that was done already; answers with its place.
    pub(crate) async fn ask(&mut self, choice: &EngineChoice) -> Result<usize, Problem> {
        if let Some(place) = self.asked.iter().position(|host| host.choice == *choice) {
            return Ok(place);
        }
        let engine = open_named(self.home, choice, self.sources, self.named_by(choice))?;
        let description = engine.describe().await?;
        let installed = engine.list().await?;
        self.asked.push(Host { choice: choice.clone(), engine, description, installed });
        Ok(self.asked.len() - 1)
    }

    fn named_by(&self, choice: &EngineChoice) -> NamedBy {
        match (&choice.url, &self.person.url) {
            _ if choice == self.person => NamedBy::Person,
            (Some(url), Some(person)) if choice.kind == self.person.kind && same_server(url, person) => NamedBy::Person,
            _ => NamedBy::File,
        }
    }

    /// The engine at a place that [`Hosts::ask`] gave.
    pub(crate) fn get(&self, place: usize) -> &Host {
        &self.asked[place]
    }
}
