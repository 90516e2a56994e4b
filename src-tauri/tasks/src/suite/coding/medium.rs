//! Several conditions, ties and edge cases.

use serde_json::{Value, json};

use super::Problem;
use crate::random::Random;

const WORDS: [&str; 12] = ["pear", "fig", "plum", "apple", "kiwi", "lemon", "melon", "date", "grape", "lime", "cherry", "peach"];

pub(super) fn problem(round: usize, random: &mut Random) -> Problem {
    match round % 8 {
        0 => counting_out(random),
        1 => most_common(random),
        2 => add_minutes(random),
        3 => runs(random),
        4 => nth_largest(random),
        5 => same_letters(random),
        6 => longer_words(random),
        _ => running_total(random),
    }
}

fn counting_out(random: &mut Random) -> Problem {
    let (a, b) = random.pick(&[(2, 7), (3, 4), (4, 6), (2, 5)]);
    let [first, second] = random.distinct(&["tick", "boom", "plop", "zing"]);
    let word = |n: i64| match (n % a == 0, n % b == 0) {
        (true, true) => format!("{second}{first}"),
        (true, false) => first.to_owned(),
        (false, true) => second.to_owned(),
        (false, false) => n.to_string(),
    };
    let cases = [5, 1, 13, 28, 0].map(|n| (vec![json!(n)], json!((1..=n).map(word).collect::<Vec<_>>())));
    Problem {
        signature: "count_out(n)",
        specification: format!(
            "It returns a list of strings for the numbers from 1 to n: \"{first}\" for a multiple of {a}, \"{second}\" for a multiple of {b}, \"{second}{first}\" for a multiple of both, else the number itself as a string."
        ),
        cases: cases.to_vec(),
        solution: format!(
            "def count_out(n):\n    out = []\n    for i in range(1, n + 1):\n        word = \"\"\n        if i % {b} == 0:\n            word += \"{second}\"\n        if i % {a} == 0:\n            word += \"{first}\"\n        out.append(word or str(i))\n    return out\n"
        ),
    }
}

fn most_common(random: &mut Random) -> Problem {
    let mut lists: Vec<Vec<&str>> = (0..4).map(|_| (0..9).map(|_| random.pick(&WORDS[..5])).collect()).collect();
    lists.extend([vec!["plum"], vec!["fig", "pear", "fig", "pear", "apple"]]);
    let best = |list: &Vec<&'static str>| {
        let times = |word: &&str| list.iter().filter(|other| *other == word).count();
        let most = list.iter().map(times).max();
        list.iter().find(|word| Some(times(word)) == most).copied()
    };
    let cases = lists.iter().map(|list| (vec![json!(list)], json!(best(list)))).collect();
    Problem {
        signature: "most_common(words)",
        specification:
            "It returns the word that occurs most often in a list that is not empty. If several words occur equally often, it returns that one of them which comes first in the list."
                .to_owned(),
        cases,
        solution: "def most_common(words):\n    return max(words, key=words.count)\n".to_owned(),
    }
}

fn add_minutes(random: &mut Random) -> Problem {
    let day = 24 * 60;
    let later = random.between(0, 2) > 0;
    let mut times: Vec<(i64, i64)> = (0..4).map(|_| (random.between(0, day - 1), random.between(1, 700))).collect();
    times.extend([(0, 1), (day - 1, 1), (600, 0), (30, 1500)]);
    let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let sign = if later { 1 } else { -1 };
    let cases =
        times.iter().map(|(start, add)| (vec![json!(clock(*start)), json!(add)], json!(clock((start + sign * add).rem_euclid(day)))));
    let word = if later { "after" } else { "before" };
    Problem {
        signature: "shift(time, delta)",
        specification: format!(
            "time is a time of day as \"HH:MM\" in 24 hours. The function returns, in the same form, the time of day delta minutes {word} it. It goes on across midnight, so that the result is a time of day, too."
        ),
        cases: cases.collect(),
        solution: format!(
            "def shift(time, delta):\n    hours, minutes = time.split(\":\")\n    total = (int(hours) * 60 + int(minutes) {} delta) % 1440\n    return f\"{{total // 60:02}}:{{total % 60:02}}\"\n",
            if later { "+" } else { "-" }
        ),
    }
}

/// A text of five runs of letters.
fn text_of_runs(random: &mut Random) -> String {
    (0..5).map(|_| random.pick(&["a", "b", "c", "d", "e"]).repeat(usize::try_from(random.between(1, 4)).unwrap_or(1))).collect()
}

fn runs(random: &mut Random) -> Problem {
    let least = random.between(2, 3);
    let mut texts: Vec<String> = (0..4).map(|_| text_of_runs(random)).collect();
    texts.extend([String::new(), "z".to_owned(), "aabbbcccc".to_owned(), "q".repeat(12)]);
    let packed = |text: &String| {
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let after = rest.trim_start_matches(first);
            let run = rest.len() - after.len();
            if i64::try_from(run).unwrap_or(0) >= least {
                out.push_str(&format!("{first}{run}"))
            } else {
                out.push_str(&rest[..run])
            }
            rest = after;
        }
        out
    };
    let cases = texts.iter().map(|text| (vec![json!(text)], json!(packed(text)))).collect();
    Problem {
        signature: "pack(text)",
        specification: format!(
            "It replaces each run of at least {least} equal letters by the letter and the length of the run, as \"b4\" for \"bbbb\". Shorter runs stay as they are."
        ),
        cases,
        solution: format!(
            "def pack(text):\n    out = \"\"\n    i = 0\n    while i < len(text):\n        j = i\n        while j < len(text) and text[j] == text[i]:\n            j += 1\n        out += text[i] + str(j - i) if j - i >= {least} else text[i:j]\n        i = j\n    return out\n"
        ),
    }
}

fn nth_largest(random: &mut Random) -> Problem {
    let n = usize::try_from(random.between(2, 3)).unwrap_or(2);
    let is_largest = random.between(0, 1) == 1;
    let mut lists: Vec<Vec<i64>> = (0..4).map(|_| (0..7).map(|_| random.between(-6, 9)).collect()).collect();
    lists.extend([vec![], vec![4], vec![3, 3, 3, 3], vec![1, 2, 3, 3, 2, 1]]);
    let nth = |list: &Vec<i64>| {
        let mut distinct = list.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if is_largest {
            distinct.reverse();
        }
        distinct.get(n - 1).copied().map_or(Value::Null, |n| json!(n))
    };
    let cases = lists.iter().map(|list| (vec![json!(list)], nth(list))).collect();
    let (order, which) = (["second", "third"][n - 2], if is_largest { "largest" } else { "smallest" });
    let reverse = if is_largest { "True" } else { "False" };
    Problem {
        signature: "pick(numbers)",
        specification: format!(
            "It returns the {order} {which} of the different numbers in the list: equal numbers count once. If there are too few, it returns None."
        ),
        cases,
        solution: format!(
            "def pick(numbers):\n    distinct = sorted(set(numbers), reverse={reverse})\n    return distinct[{}] if len(distinct) >= {n} else None\n",
            n - 1
        ),
    }
}

/// Pairs in which `_` stands for what is ignored.
const PAIRS: [(&str, &str); 8] = [
    ("Listen", "sil_ent"),
    ("stop", "po_st"),
    ("apple", "pale"),
    ("aab", "abb"),
    ("", "_"),
    ("Night", "thi__ng"),
    ("abc", "ab"),
    ("No_on", "o_nno"),
];

fn same_letters(random: &mut Random) -> Problem {
    let ignored = random.pick(&["spaces", "digits", "hyphens"]);
    let filler = match ignored {
        "spaces" => " ",
        "digits" => "7",
        _ => "-",
    };
    let key = |text: &str| {
        let mut letters: Vec<char> = text.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
        letters.sort_unstable();
        letters
    };
    let cases = PAIRS.map(|(a, b)| {
        let (a, b) = (a.replace('_', filler), b.replace('_', filler));
        let same = key(&a) == key(&b);
        (vec![json!(a), json!(b)], json!(same))
    });
    let test = match ignored {
        "spaces" => "c != \" \"",
        "digits" => "not c.isdigit()",
        _ => "c != \"-\"",
    };
    Problem {
        signature: "same_letters(a, b)",
        specification: format!(
            "It returns True if both texts consist of the same letters, each equally often, in whatever order. Upper and lower case are the same, and {ignored} are ignored."
        ),
        cases: cases.to_vec(),
        solution: format!(
            "def same_letters(a, b):\n    key = lambda text: sorted(c for c in text.lower() if {test})\n    return key(a) == key(b)\n"
        ),
    }
}

fn longer_words(random: &mut Random) -> Problem {
    let length = usize::try_from(random.between(3, 4)).unwrap_or(3);
    let mut lists: Vec<Vec<&str>> = (0..4).map(|_| random.some(&WORDS, 7)).collect();
    lists.extend([vec![], vec!["ox", "fig"], vec!["peach", "apple", "grape", "peach"]]);
    let sorted = |list: &Vec<&'static str>| {
        let mut long: Vec<&str> = list.iter().copied().filter(|word| word.len() > length).collect();
        long.sort_by_key(|word| (std::cmp::Reverse(word.len()), *word));
        long
    };
    let cases = lists.iter().map(|list| (vec![json!(list)], json!(sorted(list)))).collect();
    Problem {
        signature: "long_words(words)",
        specification: format!(
            "It returns a list of the words that have more than {length} letters, the longest first; words of equal length are in alphabetical order. Words that occur twice stay twice."
        ),
        cases,
        solution: format!(
            "def long_words(words):\n    return sorted((w for w in words if len(w) > {length}), key=lambda w: (-len(w), w))\n"
        ),
    }
}

fn running_total(random: &mut Random) -> Problem {
    let (low, high) = (random.between(0, 5), random.between(20, 40));
    let mut lists: Vec<Vec<i64>> = (0..4).map(|_| (0..7).map(|_| random.between(-15, 18)).collect()).collect();
    lists.extend([vec![], vec![100, -1, -100, 3]]);
    let totals = |list: &Vec<i64>| {
        let mut level = low;
        list.iter()
            .map(|n| {
                level = (level + n).clamp(low, high);
                level
            })
            .collect::<Vec<i64>>()
    };
    let cases = lists.iter().map(|list| (vec![json!(list)], json!(totals(list)))).collect();
    Problem {
        signature: "levels(changes)",
        specification: format!(
            "A tank has a level of {low} at first. Each number of the list changes the level, but the level never goes below {low} or above {high}: what is beyond is lost. The function returns a list of the levels after each change."
        ),
        cases,
        solution: format!(
            "def levels(changes):\n    level, out = {low}, []\n    for change in changes:\n        level = max({low}, min({high}, level + change))\n        out.append(level)\n    return out\n"
        ),
    }
}
