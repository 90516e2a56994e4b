use super::*;

#[tokio::test]
async fn cause_and_line_must_both_be_right() {
    let oracle = Oracle::Cause { causes: texts(&["disk full", "out of memory", "port in use"]), right: "disk full".to_owned(), line: 4 };
    let table = [
        ("line: 4\ncause: disk full", Right, "the form"),
        ("line: 4\n\ncause: disk full\n", Right, "blank lines are no form"),
        ("cause: disk full\nline: 4", RightLoosely, "the other way round"),
        ("Cause: Disk full\nLine: 4", RightLoosely, "case"),
        ("cause: disk full, line: 4", RightLoosely, "one line"),
        ("**Cause:** disk full\n**Line:** 4", RightLoosely, "emphasis"),
        ("{\"cause\": \"disk full\", \"line\": 4}", RightLoosely, "JSON"),
        ("The cause is disk full, as line 4 shows.", RightLoosely, "a sentence"),
        ("cause: disk full\nline: 4: WARN store: 0 bytes left on /var", RightLoosely, "the evidence is quoted"),
        ("cause: disk full\nline: 5", Wrong, "the wrong line"),
        ("cause: port in use\nline: 4", Wrong, "the wrong cause"),
        ("cause: disk full\nline: 14", Wrong, "a longer number"),
        ("cause: disk full", Wrong, "no line"),
        ("line: 4", Wrong, "no cause"),
        ("cause: disk full, out of memory, port in use\nline: 4", Wrong, "all causes"),
        ("cause: disk full\nline: 3, 4", Wrong, "two lines"),
        ("cause: disk full\nlines: 1 to 10", Wrong, "all lines"),
        ("cause: disk full\nline: NUMBER", Wrong, "the form without its number"),
        ("cause: CHOICE\nline: 4", Wrong, "the form without its choice"),
    ];
    check(&oracle, &table).await;
}
