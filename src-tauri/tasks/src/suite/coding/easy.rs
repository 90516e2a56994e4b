//! One idea each.

use serde_json::json;

use super::Problem;
use crate::random::Random;

const WORDS: [&str; 12] =
    ["banana", "garden", "letter", "window", "summer", "coffee", "needle", "pepper", "mirror", "yellow", "bottle", "kitchen"];

fn numbers(random: &mut Random, n: usize) -> Vec<i64> {
    (0..n).map(|_| random.between(-20, 40)).collect()
}

pub(super) fn problem(round: usize, random: &mut Random) -> Problem {
    match round % 8 {
        0 => price(random),
        1 => letters(random),
        2 => sum_above(random),
        3 => between(random),
        4 => backwards(random),
        5 => every(random),
        6 => multiples(random),
        _ => joined(random),
    }
}

fn price(random: &mut Random) -> Problem {
    let fee = random.between(3, 19);
    let cases = [(4, 3), (10, 1), (7, 12), (0, 5)].map(|(price, pieces)| (vec![json!(price), json!(pieces)], json!(price * pieces + fee)));
    Problem {
        signature: "total(price, pieces)",
        specification: format!("It returns the price times the number of pieces, plus a fee of {fee}."),
        cases: cases.to_vec(),
        solution: format!("def total(price, pieces):\n    return price * pieces + {fee}\n"),
    }
}

fn letters(random: &mut Random) -> Problem {
    let letter = random.pick(&['e', 'a', 'n', 'r']);
    let mut words = random.some(&WORDS, 4);
    words.extend(["", "enarenar"]);
    let cases = words.iter().map(|word| (vec![json!(word)], json!(word.matches(letter).count()))).collect();
    Problem {
        signature: "count_letter(text)",
        specification: format!("It returns how many times the letter \"{letter}\" occurs in the text."),
        cases,
        solution: format!("def count_letter(text):\n    return text.count(\"{letter}\")\n"),
    }
}

fn sum_above(random: &mut Random) -> Problem {
    let limit = random.between(2, 15);
    let mut lists: Vec<Vec<i64>> = (0..4).map(|_| numbers(random, 6)).collect();
    lists.extend([vec![], vec![limit, limit + 1, limit - 1]]);
    let cases = lists.iter().map(|list| (vec![json!(list)], json!(list.iter().filter(|n| **n > limit).sum::<i64>()))).collect();
    Problem {
        signature: "sum_above(numbers)",
        specification: format!("It returns the sum of those numbers in the list that are greater than {limit}."),
        cases,
        solution: format!("def sum_above(numbers):\n    return sum(n for n in numbers if n > {limit})\n"),
    }
}

fn between(random: &mut Random) -> Problem {
    let (low, high) = (random.between(3, 9), random.between(15, 30));
    let cases = [low + 2, low, high, low - 1, high + 1, -low].map(|n| (vec![json!(n)], json!((low..=high).contains(&n))));
    Problem {
        signature: "is_allowed(n)",
        specification: format!("It returns True if n is at least {low} and at most {high}, else False."),
        cases: cases.to_vec(),
        solution: format!("def is_allowed(n):\n    return {low} <= n <= {high}\n"),
    }
}

fn backwards(random: &mut Random) -> Problem {
    let mut texts: Vec<String> = (2..5).map(|n| random.some(&WORDS, n).join(" ")).collect();
    texts.push("one".to_owned());
    let mark = random.pick(&[" ", "-", "+"]);
    let cases = texts.iter().map(|text| (vec![json!(text)], json!(text.rsplit(' ').collect::<Vec<_>>().join(mark)))).collect();
    let between = if mark == " " { "with a space between them".to_owned() } else { format!("with \"{mark}\" between them") };
    Problem {
        signature: "backwards(text)",
        specification: format!(
            "The text holds words with one space between them. The function returns the words in reverse order, {between}."
        ),
        cases,
        solution: format!("def backwards(text):\n    return \"{mark}\".join(reversed(text.split(\" \")))\n"),
    }
}

fn every(random: &mut Random) -> Problem {
    let step = usize::try_from(random.between(2, 4)).unwrap_or(2);
    let mut lists: Vec<Vec<i64>> = (6..10).map(|n| numbers(random, n)).collect();
    lists.extend([vec![], vec![5]]);
    let cases = lists.iter().map(|list| (vec![json!(list)], json!(list.iter().step_by(step).collect::<Vec<_>>()))).collect();
    let which = ["second", "third", "fourth"][step - 2];
    Problem {
        signature: "every(items)",
        specification: format!("It returns a list of every {which} item of a list, beginning with the first item."),
        cases,
        solution: format!("def every(items):\n    return items[::{step}]\n"),
    }
}

fn multiples(random: &mut Random) -> Problem {
    let factor = random.between(3, 12);
    let cases = [4, 1, 0, 6].map(|n| (vec![json!(n)], json!((1..=n).map(|i| i * factor).collect::<Vec<i64>>())));
    Problem {
        signature: "multiples(n)",
        specification: format!("It returns a list of the first n multiples of {factor}, beginning with {factor} itself."),
        cases: cases.to_vec(),
        solution: format!("def multiples(n):\n    return [{factor} * i for i in range(1, n + 1)]\n"),
    }
}

fn joined(random: &mut Random) -> Problem {
    let length = usize::try_from(random.between(2, 3)).unwrap_or(2);
    let mut lists: Vec<Vec<&str>> = (2..5).map(|n| random.some(&WORDS, n)).collect();
    lists.extend([vec![], vec!["a", "bc", "def"]]);
    let head = |word: &&str| word.chars().take(length).collect::<String>().to_uppercase();
    let cases = lists.iter().map(|list| (vec![json!(list)], json!(list.iter().map(head).collect::<String>()))).collect();
    Problem {
        signature: "shorten(words)",
        specification: format!(
            "It takes the first {length} letters of each word in the list, in capital letters, and returns them joined to one string."
        ),
        cases,
        solution: format!("def shorten(words):\n    return \"\".join(word[:{length}].upper() for word in words)\n"),
    }
}
