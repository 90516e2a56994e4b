use super::*;

const SUM: &str = "B179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

fn refused(text: &str) -> LadderFileError {
    parse(text).expect_err("this file is bad")
}

#[test]
fn a_ladder_keeps_its_order_titles_and_sources() {
    let text = format!(
        "name = \"mine\"\n[[rung]]\nmodel = \"llama3:8b\"\n[[rung]]\nmodel = \"dl\"\nurl = \"https://host.example/m.gguf\"\nsha256 = \"{SUM}\"\n\
         [[rung]]\nmodel = \"own\"\ntitle = \"My own\"\nfile = \"sub/own.gguf\"\n"
    );
    let file = parse(&text).expect("it is right");
    let titles: Vec<_> = file.ladder.rungs.iter().map(|rung| rung.title.as_str()).collect();
    assert_eq!(titles, ["Llama 3 8B", "dl", "My own"], "the catalogue's title, the name, the file's own title");
    assert_eq!(file.ladder.rungs[0].facts.parameters, Some(8_030_261_248), "the catalogue's facts come along");
    let source = |name| file.sources.get(&ModelRef::new(name).expect("a valid name"));
    assert_eq!(source("llama3:8b"), None, "known by name");
    assert_eq!(source("dl"), Some(&Source::Url { url: "https://host.example/m.gguf".into(), sha256: SUM.to_lowercase() }));
    assert_eq!(source("own"), Some(&Source::File("sub/own.gguf".into())));
}

#[test]
fn every_mistake_is_named_with_its_line() {
    let rung = |line: &str| format!("name = \"mine\"\n\n[[rung]]\n{line}\n");
    let cases: [(String, usize, &str); 22] = [
        ("name = \"mine\"\n[[rung\n".into(), 2, "]"),
        ("\nname = 3\n".into(), 2, "string"),
        ("nam = \"mine\"\n".into(), 1, "unknown field"),
        ("[[rung]]\nmodel = \"a\"\n".into(), 1, "missing field `name`"),
        ("name = \"mine\"\n".into(), 1, "no [[rung]]"),
        ("name = \" \"\n[[rung]]\nmodel = \"a\"\n".into(), 1, "empty"),
        ("name = \"starter\"\n[[rung]]\nmodel = \"a\"\n".into(), 1, "built-in"),
        (rung("title = \"x\""), 3, "missing field `model`"),
        (rung("model = \"a\"\ncolour = \"red\""), 5, "unknown field"),
        (rung("model = \"../etc/passwd\""), 4, "short name"),
        (rung("model = \"a b\""), 4, "only letters"),
        (rung("model = \"https://host.example/a.gguf\""), 4, "“url”"),
        (rung("model = \"a\"\n[[rung]]\nmodel = \"A\""), 6, "twice"),
        (rung("model = \"a\"\nurl = \"file:///etc/passwd\"\nsha256 = \"x\""), 5, "only https"),
        (rung("model = \"a\"\nurl = \"https://u:p@host.example/\"\nsha256 = \"x\""), 5, "user name"),
        (rung("model = \"a\"\nurl = \"https://host.example/\"\nsha256 = \"12\""), 6, "64 hexadecimal"),
        (rung("model = \"a\"\nurl = \"https://host.example/\""), 5, "needs “sha256”"),
        (rung("model = \"a\"\nfile = \"/etc/passwd\""), 5, ".gguf"),
        (rung("model = \"a\"\ndigest = \"md5:12\""), 5, "“digest”"),
        (rung("model = \"a:b\"\nfile = \"a.gguf\""), 4, "plain"),
        (rung("model = \"gemma3-x\"\ntitle = \"a\\u202Eb\""), 5, "text-direction"),
        (rung("model = \"gemma-3-270m-q4_k_m\"\nfile = \"a.gguf\""), 4, "in the catalogue"),
    ];
    for (text, line, reason) in cases {
        let error = refused(&text);
        assert!(error.reason.contains(reason), "“{reason}” explains {text:?}, not “{}”", error.reason);
        assert_eq!(error.line, line, "{text:?}: {}", error.reason);
    }
}

#[test]
fn sizes_are_limited() {
    let rungs = |count: usize| (0..count).fold("name = \"mine\"\n".to_owned(), |text, n| format!("{text}[[rung]]\nmodel = \"m{n}\"\n"));
    assert!(parse(&rungs(MAX_RUNGS)).is_ok(), "64 rungs are allowed");
    let error = refused(&rungs(MAX_RUNGS + 1));
    assert_eq!((error.line, error.reason.as_str()), (2 + 2 * MAX_RUNGS, "it has 65 rungs, and 64 are allowed"));
    let long = format!("name = \"mine\"\n#{}", "x".repeat(MAX_FILE_BYTES));
    assert_eq!(refused(&long).line, 0, "the size is about the file as a whole");
}

#[test]
fn a_file_is_read_with_paths_from_its_own_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, "name = \"mine\"\n[[rung]]\nmodel = \"own\"\nfile = \"own.gguf\"\n").expect("it is writable");
    let file = read(&path).expect("it is right");
    assert_eq!(file.sources.into_values().next(), Some(Source::File(folder.path().join("own.gguf"))));
    std::fs::write(&path, b"name = \"mine\"\n\xff\xfe").expect("it is writable");
    assert_eq!(read(&path).expect_err("it is no text").line, 2);
    let missing = read(&folder.path().join("none.toml")).expect_err("it is not there");
    assert!(missing.reason.contains("none.toml"), "the path is named: {missing}");
}

#[test]
fn a_rung_may_have_an_engine_of_its_own() {
    let mixed = parse(
        "name = \"mixed\"\n[[rung]]\nmodel = \"a\"\n[[rung]]\nmodel = \"a\"\nengine = \"openai\"\nserver = \"http://10.0.0.2:8000\"\n\
         [[rung]]\nmodel = \"a\"\nengine = \"ollama\"\n",
    )
    .unwrap();
    let engines: Vec<Option<EngineAt>> = mixed.ladder.rungs.into_iter().map(|rung| rung.engine).collect();
    let at = |kind, url: Option<&str>| Some(EngineAt { kind, url: url.map(str::to_owned) });
    let expected = [None, at(EngineKind::Openai, Some("http://10.0.0.2:8000")), at(EngineKind::Ollama, None)];
    assert_eq!(engines, expected, "the same model on three engines is three rungs");
}

#[test]
fn an_engine_that_can_not_be_is_refused_with_its_line() {
    for (lines, line, reason) in [
        ("engine = \"vllm\"", 4, "there are llama, ollama and openai"),
        ("engine = \"scripted\"", 4, "there are llama, ollama and openai"),
        ("server = \"http://a\"", 4, "needs “engine”"),
        ("engine = \"openai\"", 4, "needs a “server”"),
        ("engine = \"llama\"\nserver = \"http://a\"", 5, "has no “server”"),
        ("file = \"a.gguf\"\nengine = \"ollama\"", 5, "for the embedded engine"),
    ] {
        let error = parse(&format!("name = \"x\"\n[[rung]]\nmodel = \"a\"\n{lines}\n")).unwrap_err();
        assert!(error.line == line && error.reason.contains(reason), "{lines}: {error}");
    }
}
