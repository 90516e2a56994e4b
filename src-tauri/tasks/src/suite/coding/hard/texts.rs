//! Expressions, numerals, brackets and ranges.

use serde_json::json;

use super::Problem;
use crate::random::Random;

/// Value of numbers joined by `+` and `*`, where the operator `first` binds stronger.
fn value(expression: &str, first: char) -> i64 {
    let (outer, inner) = if first == '+' { ('*', '+') } else { ('+', '*') };
    let apply = |operator: char, values: Vec<i64>| if operator == '+' { values.iter().sum::<i64>() } else { values.iter().product() };
    let terms =
        expression.split(outer).map(|term| apply(inner, term.split(inner).filter_map(|number| number.trim().parse().ok()).collect()));
    apply(outer, terms.collect())
}

pub(super) fn precedence(random: &mut Random) -> Problem {
    let mut expressions = vec!["2*3+4".to_owned()];
    for length in [3, 4, 5, 6] {
        let mut text = random.between(1, 12).to_string();
        for _ in 0..length {
            text.push_str(random.pick(&["+", "*"]));
            text.push_str(&random.between(1, 12).to_string());
        }
        expressions.push(text);
    }
    expressions.extend(["7".to_owned(), "1+2*3+4*5".to_owned(), " 10 + 2 * 3 ".to_owned()]);
    let add = random.between(1, 9);
    let cases = expressions.iter().map(|text| (vec![json!(text)], json!(value(text, '+') + add))).collect();
    Problem {
        signature: "calculate(text)",
        specification: format!(
            "text is an expression of positive whole numbers, + and *, maybe with spaces. Other than in school, + binds stronger than *: \"2*3+4\" is 2 times 7. The function returns the value of the expression plus {add}."
        ),
        cases,
        solution: format!(
            "def calculate(text):\n    result = 1\n    for term in text.split(\"*\"):\n        result *= sum(int(n) for n in term.split(\"+\"))\n    return result + {add}\n"
        ),
    }
}

pub(super) fn numerals(random: &mut Random) -> Problem {
    let digits = random.pick(&["abcd", "xyz", "kmprt", "nou"]);
    let base = i64::try_from(digits.len()).unwrap_or(3);
    let written = |n: i64| {
        let mut rest = n.abs();
        let mut text = Vec::new();
        loop {
            text.push(char::from(digits.as_bytes()[usize::try_from(rest % base).unwrap_or(0)]));
            rest /= base;
            if rest == 0 {
                break;
            }
        }
        let text: String = text.into_iter().rev().collect();
        if n < 0 { format!("({text})") } else { text }
    };
    let mut numbers = vec![random.between(11, 19), 0, 1, base, -base, -1];
    numbers.extend((0..4).map(|_| random.between(-900, 900)));
    let cases = numbers.iter().map(|n| (vec![json!(n)], json!(written(*n)))).collect();
    let named: Vec<String> = digits.chars().enumerate().map(|(value, digit)| format!("\"{digit}\" is {value}")).collect();
    Problem {
        signature: "numeral(n)",
        specification: format!(
            "It writes the whole number n in base {base}, where the digits are letters: {}. A negative number is written as its absolute value in round brackets, as \"({})\" for {}.",
            named.join(", "),
            written(base + 1),
            -base - 1
        ),
        cases,
        solution: format!(
            "def numeral(n):\n    rest, out = abs(n), \"\"\n    while True:\n        out = \"{digits}\"[rest % {base}] + out\n        rest //= {base}\n        if rest == 0:\n            break\n    return \"(\" + out + \")\" if n < 0 else out\n"
        ),
    }
}

/// Whether each bracket is closed by its partner, in the right order.
fn is_balanced(text: &str, pairs: [(char, char); 2]) -> bool {
    let mut open: Vec<char> = Vec::new();
    for c in text.chars() {
        if let Some((_, close)) = pairs.iter().find(|(start, _)| *start == c) {
            open.push(*close);
        } else if pairs.iter().any(|(_, close)| *close == c) && open.pop() != Some(c) {
            return false;
        }
    }
    open.is_empty()
}

pub(super) fn brackets(random: &mut Random) -> Problem {
    let pairs = random.pick(&[[('(', ')'), ('<', '>')], [('[', ']'), ('{', '}')], [('<', '>'), ('{', '}')]]);
    let [(a, b), (c, d)] = pairs;
    let mut texts =
        vec![format!("x{a}y{d}"), String::new(), format!("{a}{c}{d}{b}"), format!("{a}{c}{b}{d}"), format!("p{a}q{a}r{b}"), format!("{b}")];
    texts.push(format!("{c}{c}u{d}v{a}{b}"));
    for _ in 0..4 {
        texts.push((0..8).map(|_| random.pick(&[a, b, c, d, 'w'])).collect());
    }
    let cases = texts.iter().map(|text| (vec![json!(text)], json!(is_balanced(text, pairs)))).collect();
    Problem {
        signature: "is_balanced(text)",
        specification: format!(
            "It returns True if every one of the brackets {a}{b} and {c}{d} in the text is closed by its partner, in the right order, else False. Other characters do not matter."
        ),
        cases,
        solution: format!(
            "def is_balanced(text):\n    pairs = {{\"{a}\": \"{b}\", \"{c}\": \"{d}\"}}\n    stack = []\n    for c in text:\n        if c in pairs:\n            stack.append(pairs[c])\n        elif c in pairs.values():\n            if not stack or stack.pop() != c:\n                return False\n    return not stack\n"
        ),
    }
}

pub(super) fn ranges(random: &mut Random) -> Problem {
    let (least, mark) = (usize::try_from(random.between(3, 4)).unwrap_or(3), random.pick(&["..", "~", "->"]));
    let mut lists: Vec<Vec<i64>> = vec![vec![3, 4, 5, 6, 9, 12, 13]];
    for _ in 0..4 {
        let mut n = random.between(-9, 3);
        lists.push(
            (0..9)
                .map(|_| {
                    n += random.pick(&[1, 1, 1, 2, 4]);
                    n
                })
                .collect(),
        );
    }
    lists.extend([vec![], vec![7], vec![-3, -2, -1, 0], vec![1, 2, 4, 5, 6]]);
    let packed = |list: &Vec<i64>| {
        let mut parts: Vec<String> = Vec::new();
        for run in list.chunk_by(|a, b| a + 1 == *b) {
            match run {
                [first, .., last] if run.len() >= least => parts.push(format!("{first}{mark}{last}")),
                _ => parts.extend(run.iter().map(i64::to_string)),
            }
        }
        parts.join(";")
    };
    let cases = lists.iter().map(|list| (vec![json!(list)], json!(packed(list)))).collect();
    Problem {
        signature: "ranges(numbers)",
        specification: format!(
            "numbers is an ascending list of different whole numbers. The function writes them as a string with \";\" between them, but {least} or more numbers that follow one another without a gap are written as first{mark}last, as in \"3{mark}6\"."
        ),
        cases,
        solution: format!(
            "def ranges(numbers):\n    parts, i = [], 0\n    while i < len(numbers):\n        j = i\n        while j + 1 < len(numbers) and numbers[j + 1] == numbers[j] + 1:\n            j += 1\n        if j - i + 1 >= {least}:\n            parts.append(f\"{{numbers[i]}}{mark}{{numbers[j]}}\")\n        else:\n            parts.extend(str(n) for n in numbers[i:j + 1])\n        i = j + 1\n    return \";\".join(parts)\n"
        ),
    }
}
