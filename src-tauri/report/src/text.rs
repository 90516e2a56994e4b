//! Text from outside, made fit to be shown: one line, no invisible characters, no names of hosts or people.

use toprung_core::run::RunRecord;

/// A text longer than this is cut: a verdict in three sentences needs less, and a runaway name must not fill a page.
const MAX_CHARS: usize = 1000;

/// What stands for the engine's host in an export.
const HOST_WORD: &str = "engine-host";

/// Folders below which the next name is a person's.
const HOME_PARENTS: [&str; 4] = ["/home/", "/Users/", "\\Users\\", "\\\\Users\\\\"];

/// Makes texts of one run shareable.
pub(crate) struct Redaction {
    /// The engines' hosts that are not this machine's loopback.
    hosts: Vec<String>,
}

impl Redaction {
    pub(crate) fn of(run: &RunRecord) -> Self {
        let own = run.rungs.iter().filter_map(|rung| rung.engine.as_ref());
        Self::of_addresses(std::iter::once(&run.engine).chain(own).filter_map(|engine| engine.url.as_deref()))
    }

    pub(crate) fn of_addresses<'a>(addresses: impl Iterator<Item = &'a str>) -> Self {
        let mut hosts: Vec<String> = addresses.filter_map(host_of).filter(|host| !is_loopback(host)).collect();
        // The longest first: one host's name may be part of another's.
        hosts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        hosts.dedup();
        Self { hosts }
    }

    /// One line without control or bidirectional characters, host name or user name.
    pub(crate) fn text(&self, text: &str) -> String {
        self.hosts.iter().fold(without_people(&plain(text)), |text, host| replace_word(&text, host, HOST_WORD))
    }
}

/// One line: white space runs become a space, control and bidirectional characters vanish, what is too long is cut.
pub(crate) fn plain(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect();
    let line = visible.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_CHARS) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

/// The same text with a capital at its start.
pub(crate) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Cuts out the middle until `fits` agrees, because a model name tells most at its two ends.
pub(crate) fn elide_middle(text: &str, fits: impl Fn(&str) -> bool) -> String {
    elide(text, fits, |kept| kept.div_ceil(2))
}

/// Cuts off the end until `fits` agrees.
pub(crate) fn elide_end(text: &str, fits: impl Fn(&str) -> bool) -> String {
    elide(text, fits, |kept| kept)
}

fn elide(text: &str, fits: impl Fn(&str) -> bool, head_of: impl Fn(usize) -> usize) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    for kept in (1..chars.len()).rev() {
        let head: String = chars[..head_of(kept)].iter().collect();
        let tail: String = chars[chars.len() - (kept - head_of(kept))..].iter().collect();
        let candidate = format!("{}…{}", head.trim_end(), tail.trim_start());
        if fits(&candidate) {
            return candidate;
        }
    }
    "…".to_owned()
}

/// Characters that show nothing or turn the reading direction: they can make one name look like another.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `/home/NAME/x` becomes `~/x`, on any of the three systems.
fn without_people(text: &str) -> String {
    let mut rest = text;
    let mut out = String::with_capacity(text.len());
    while let Some((at, parent)) = HOME_PARENTS.iter().filter_map(|parent| rest.find(parent).map(|at| (at, parent))).min() {
        let before = &rest[..at];
        // A Windows drive letter belongs to the home folder.
        let before = before.strip_suffix(':').and_then(|b| b.strip_suffix(|c: char| c.is_ascii_alphabetic())).unwrap_or(before);
        out.push_str(before);
        out.push('~');
        let after = &rest[at + parent.len()..];
        let name = after.find(|c: char| "/\\\"'”“:,;)]}".contains(c)).unwrap_or_else(|| after.find(' ').unwrap_or(after.len()));
        rest = &after[name..];
    }
    out.push_str(rest);
    out
}

fn host_of(url: &str) -> Option<String> {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next()?;
    let host_and_port = authority.rsplit('@').next()?;
    let host = match host_and_port.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host_and_port.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_owned())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "::1" || host.starts_with("127.")
}

/// Replaces whole words, so that a host called `a` does not eat every a.
fn replace_word(text: &str, word: &str, with: &str) -> String {
    let joins = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let end = at + word.len();
        let inside = rest[..at].ends_with(joins) || rest[end..].starts_with(joins);
        out.push_str(&rest[..at]);
        out.push_str(if inside { word } else { with });
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_visible_line() {
        assert_eq!(
            plain("a\n\tb\u{202e}c\u{200b}d\u{7} "),
            "a bcd",
            "line breaks end table rows, and a right-to-left override makes names lie"
        );
        assert_eq!(plain(&"x".repeat(5000)).chars().count(), MAX_CHARS + 1, "a runaway name must not fill a page");
    }

    #[test]
    fn the_middle_of_a_long_name_is_cut() {
        let name = "hf.co/bartowski/Qwen2.5-Coder-32B-Instruct-GGUF:Q4_K_M";
        let cut = elide_middle(name, |text| text.chars().count() <= 21);
        assert_eq!(cut, "hf.co/bart…GUF:Q4_K_M", "the start says where it is from, the end which quantization it is");
        assert_eq!(elide_end("abcdef", |text| text.chars().count() <= 4), "abc…");
        assert_eq!(elide_middle("abc", |_| true), "abc");
        assert_eq!(elide_middle("abc", |_| false), "…", "even a column of no width must end");
    }

    #[test]
    fn names_of_people_and_hosts_are_left_out() {
        assert_eq!(without_people("open /home/alice/models/a.gguf: no such file"), "open ~/models/a.gguf: no such file");
        assert_eq!(without_people("C:\\Users\\Bob Lee\\m.gguf and /Users/eve"), "~\\m.gguf and ~");
        assert_eq!(host_of("http://me:secret@alices-box.lan:11434/api").as_deref(), Some("alices-box.lan"));
        assert_eq!(host_of("http://[fe80::1]:11434").as_deref(), Some("fe80::1"));
        let redaction = Redaction::of_addresses(["http://box:11434", "http://localhost:1"].into_iter());
        assert_eq!(redaction.text("http://box:11434 said no; a toolbox did not"), "http://engine-host:11434 said no; a toolbox did not");
    }
}
