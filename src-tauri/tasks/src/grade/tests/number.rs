use super::*;

#[tokio::test]
async fn the_final_number_counts() {
    let oracle = Oracle::Number { value: 1250.0, tolerance: 1e-6 };
    let table = [
        ("Answer: 1250", Right, "the form"),
        ("5 × 250 = 1250\nAnswer: 1250", Right, "a working-out before it"),
        ("Answer: 1250.0", Right, "the same number"),
        ("Answer: 1,250", RightLoosely, "a comma between thousands"),
        ("Answer: 1250 euros.", RightLoosely, "a unit"),
        ("**Answer:** 1250", RightLoosely, "emphasis"),
        ("The answer is 1250.", RightLoosely, "a sentence"),
        ("So it is \\boxed{1250}.", RightLoosely, "a box"),
        ("5 × 250 makes 1250", RightLoosely, "the last number, without the line"),
        ("Answer: 5 × 250 = 1250", RightLoosely, "a working-out in the line"),
        ("Answer: 125", Wrong, "a part of it"),
        ("Answer: 12500", Wrong, "more than it"),
        ("Answer: -1250", Wrong, "its opposite"),
        ("1250\nAnswer: 1300", Wrong, "the last word counts"),
        ("Answer: 1250 or 1300", Wrong, "a choice"),
        ("Answer: NUMBER", Wrong, "the form alone"),
        ("Answer: twelve hundred and fifty", Wrong, "no digits"),
        ("Answer: 1250e9", Wrong, "another number"),
    ];
    check(&oracle, &table).await;
}

#[tokio::test]
async fn a_working_out_that_was_cut_off_is_no_answer() {
    let oracle = Oracle::Number { value: 12.0, tolerance: 0.0 };
    let cut = Answer { text: "First, 3 boxes hold 7 eggs each, then".to_owned(), hit_limit: true, ..Answer::default() };
    assert_eq!(grade(&item(oracle), &cut, None).await.class, Incomplete);
}

#[test]
fn numbers_are_found_with_their_signs_and_commas() {
    let table: [(&str, &[f64]); 9] = [
        ("1,250.50 euros", &[1250.5]),
        ("1,25", &[1.0, 25.0]),
        ("-3 and −4", &[-3.0, -4.0]),
        ("5-3", &[5.0, 3.0]),
        ("12. Then 7.", &[12.0, 7.0]),
        ("1.2.3", &[1.2, 3.0]),
        ("1234,567", &[1234.0, 567.0]),
        ("99999999999999999999 4", &[4.0]),
        ("none", &[]),
    ];
    for (text, expected) in table {
        let found: Vec<f64> = super::super::number::numbers(text).map(|found| found.value).collect();
        assert_eq!(found, expected, "{text}");
    }
}
