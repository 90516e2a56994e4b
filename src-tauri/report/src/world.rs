//! What typst may read while it sets a report: the template, the data, the charts and the embedded face. Nothing else:
//! no disk, no network, no system fonts, no clock.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::font::{REGULAR, SEMI_BOLD};

const TEMPLATE: &str = include_str!("../template.typ");
const TEMPLATE_PATH: &str = "template.typ";

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));
static FONTS: LazyLock<Vec<Font>> =
    LazyLock::new(|| [REGULAR, SEMI_BOLD].into_iter().flat_map(|face| Font::iter(Bytes::new(face))).collect());
static BOOK: LazyLock<LazyHash<FontBook>> = LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));

/// The template and the files of one report.
pub(crate) struct ReportWorld {
    template: Source,
    files: HashMap<FileId, Bytes>,
}

impl ReportWorld {
    /// `files` by the names under which the template reads them.
    pub(crate) fn new(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, String> {
        let template = Source::new(file_id(TEMPLATE_PATH)?, TEMPLATE.to_owned());
        let files = files.into_iter().map(|(name, text)| Ok((file_id(&name)?, Bytes::from_string(text)))).collect::<Result<_, String>>()?;
        Ok(Self { template, files })
    }
}

fn file_id(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|error| format!("“{name}” is no name for a file: {error:?}"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// A text in which every character that the embedded face lacks became a replacement mark: a PDF that is accessible
/// may not hold a glyph that is missing.
pub(crate) fn printable(text: &str) -> String {
    let has = |c: char| c.is_ascii() || FONTS.iter().all(|font| font.info().coverage.contains(c as u32));
    text.chars().map(|c| if has(c) { c } else { '?' }).collect()
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(not_found(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.get().vpath().get_without_slash()))
}
