use super::*;
use crate::oracle::Oracle;
use toprung_core::task::Band;

#[test]
fn the_documented_example_can_be_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/own-task.toml");
    let own = read(&path).unwrap();
    assert_eq!(own.task, Task::Own("support mails".to_owned()));
    assert_eq!((own.floors.quality, own.floors.seconds), (0.8, Some(10.0)));
    let kinds = |wanted: fn(&Oracle) -> bool| own.items.iter().any(|item| wanted(&item.oracle));
    assert!(kinds(|oracle| matches!(oracle, Oracle::Exact(_))) && kinds(|oracle| matches!(oracle, Oracle::Contains(_))));
    assert!(kinds(|oracle| matches!(oracle, Oracle::Number { .. })) && kinds(|oracle| matches!(oracle, Oracle::Pattern(_))));
    assert!(kinds(|oracle| matches!(oracle, Oracle::Json(_))) && kinds(|oracle| matches!(oracle, Oracle::Code(_))));
    let first = &own.items[0];
    assert_eq!((first.id.as_str(), first.band, first.max_output_tokens), ("own:support mails/1", Band::Easy, 16));
    assert_eq!(own.hash.len(), 64);
}

#[test]
fn what_is_not_said_has_a_default() {
    let own = own_task("name = \"x\"\n[[item]]\nprompt = \"p\"\ngrader = \"number\"\nexpected = 4\n").unwrap();
    assert_eq!(own.floors, own.task.default_floors());
    assert_eq!((own.items[0].band, own.items[0].max_output_tokens), (Band::Medium, 256));
}

#[test]
fn every_mistake_has_its_line_and_its_reason() {
    let item = |lines: &str| format!("name = \"x\"\n\n[[item]]\n{lines}\n");
    let good = "prompt = \"p\"\ngrader = \"exact\"\nexpected = \"e\"";
    let table = [
        ("name = ".to_owned(), 1, "", "TOML that breaks off"),
        ("name = \"x\"\n".to_owned(), 1, "no [[item]]", "no items"),
        (format!("name = \"../x\"\n[[item]]\n{good}"), 1, "letters", "a name that is a path"),
        (format!("name = \"\"\n[[item]]\n{good}"), 1, "letters", "no name"),
        (item("prompt = \" \"\ngrader = \"exact\"\nexpected = \"e\""), 4, "empty", "an empty prompt"),
        (item("prompt = \"p\"\ngrader = \"magic\"\nexpected = \"e\""), 5, "exact, contains, number", "an unknown grader"),
        (item("prompt = \"p\"\ngrader = \"regex\"\nexpected = \"(\""), 6, "pattern", "a pattern that is none"),
        (item("prompt = \"p\"\ngrader = \"regex\"\nexpected = \"(a{1000}){1000}\""), 6, "pattern", "a pattern that would fill the memory"),
        (item("prompt = \"p\"\ngrader = \"number\"\nexpected = \"4\""), 6, "without quotes", "a number in quotes"),
        (item("prompt = \"p\"\ngrader = \"number\"\nexpected = nan"), 6, "number", "no number"),
        (item("prompt = \"p\"\ngrader = \"json\"\nexpected = \"{\""), 6, "no JSON", "JSON that breaks off"),
        (item("prompt = \"p\"\ngrader = \"exact\"\nexpected = []"), 6, "text", "an empty list"),
        (item("prompt = \"p\"\ngrader = \"exact\"\nexpected = [\"a\", \"\"]"), 6, "empty", "an empty text"),
        (item("prompt = \"p\"\ngrader = \"code\"\nexpected = 4"), 6, "Python", "code that is a number"),
        (item("prompt = \"p\"\ngrader = \"exact\""), 3, "expected", "nothing expected"),
        (item(&format!("{good}\nband = \"tricky\"")), 7, "easy, medium and hard", "an unknown band"),
        (item(&format!("{good}\nmax_output_tokens = 0")), 7, "1 to 4096", "no tokens"),
        (item(&format!("{good}\nmax_output_tokens = 99999999999")), 7, "1 to 4096", "more tokens than fit"),
        (item(&format!("{good}\ntolerance = 0.1")), 7, "number", "a tolerance without a number"),
        (item(&format!("{good}\ncolour = 3")), 7, "colour", "an unknown key"),
        (format!("name = \"x\"\n[floors]\nquality = 80.0\n[[item]]\n{good}"), 3, "at most 1", "per cent for a share"),
        (format!("name = \"x\"\n[floors]\nseconds = -1.0\n[[item]]\n{good}"), 3, "more than 0", "a negative floor"),
        (
            format!("name = \"x\"\n{}", format!("[[item]]\n{good}\n").repeat(MAX_ITEMS + 1)),
            2 + 4 * MAX_ITEMS,
            "500 are allowed",
            "too many items",
        ),
        (
            format!("name = \"x\"\n[[item]]\nprompt = \"{}\"\ngrader = \"exact\"\nexpected = \"e\"", "p".repeat(MAX_PROMPT_BYTES + 1)),
            3,
            "32 KiB",
            "a book",
        ),
        (" ".repeat(MAX_FILE_BYTES + 1), 0, "1 MiB", "too large a file"),
    ];
    for (text, line, word, why) in table {
        let error = own_task(&text).unwrap_err();
        assert_eq!(error.line, line, "{why}: {error}");
        assert!(error.reason.contains(word) && !error.reason.contains('\n'), "{why}: {error}");
    }
}

#[test]
fn a_file_that_is_no_text_or_is_not_there_says_so() {
    let folder = std::env::temp_dir().join(format!("toprung-own-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("bad.toml");
    std::fs::write(&file, b"name = \"x\"\n\n\xff").unwrap();
    assert_eq!(read(&file).unwrap_err(), ItemFileError { line: 3, reason: "it is no text in UTF-8".to_owned() });
    std::fs::write(&file, vec![b'\n'; MAX_FILE_BYTES + 1]).unwrap();
    assert!(read(&file).unwrap_err().reason.contains("MiB"));
    assert!(read(&folder.join("none.toml")).unwrap_err().reason.contains("cannot be read"));
    std::fs::remove_dir_all(&folder).unwrap();
}
