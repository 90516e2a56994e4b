use super::*;

/// Answers that a working model gives, and that must never be called broken.
const GOOD: [&str; 43] = [
    "assert_eq!(0usize, a.len());\nassert_eq!(1usize, b.len());\nassert_eq!(2usize, c.len());",
    "42",
    "Paris.",
    "Yes",
    "7 × 6 = 42",
    "👍",
    "2, 3, 5, 7, 11",
    "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]",
    "1\n2\n3\n4\n5\n6\n7\n8\n9\n10",
    "Red, yellow and blue.",
    "1) red\n2) yellow\n3) blue",
    "A mutex is a lock that lets only one thread at a time enter a critical section, so that shared data stay consistent.",
    "```python\ndef add(a, b):\n    \"\"\"Add two numbers.\"\"\"\n    return a + b\n```",
    "fn main() {\n    let v: Vec<Option<u32>> = vec![Some(1), None];\n    for x in &v {\n        if let Some(n) = x && *n <= 3 {\n            println!(\"{n:?}\");\n        }\n    }\n}",
    "Use `ls -la | grep '^d'` to list the directories, and `du -sh */ 2>/dev/null | sort -h` for their sizes :)",
    "x = (-b ± √(b² − 4ac)) / 2a, so x₁ = 3 and x₂ = −1.",
    "| Name | Age | City |\n| --- | --- | --- |\n| Ann | 31 | Oslo |\n| Bob | 28 | Rome |\n| Cy | 40 | Bonn |",
    "The MD5 hash of “hello” is 5d41402abc4b2a76b9719d911017c592.",
    "Ein Baum ist eine mehrjährige Pflanze mit einem verholzten Stamm, aus dem Äste und Zweige wachsen. Bäume können sehr alt werden.",
    "树是一种多年生木本植物，有明显的主干。Python是一种编程语言，Java和C也是编程语言，HTML则是标记语言。",
    "猫は小さくてかわいい動物です。日本では多くの人が猫を飼っています。",
    "Дерево — это многолетнее растение с твёрдым стволом. HTML-код и IT-отрасль здесь ни при чём.",
    "الشجرة نبات معمر له جذع خشبي وفروع وأوراق.",
    "SELECT name, COUNT(*) AS n FROM orders WHERE total >= 100 GROUP BY name HAVING n > 3 ORDER BY n DESC;",
    "Ha ha ha ha! That is a good one.",
    "Strč prst skrz krk is a Czech sentence without a vowel.",
    "\n\n\nThe answer to this question is 17+25=30.\n\nThis means that if you have a negative number, then it's not possible to add or subtract them together.\n\nSo, we can say that 17 + 25 = 30.\n\nHope this helps!",
    "const TABLE: [u64; 5] = [\n    0xbfeff621e3796d7e,\n    0xbff0000000000000,\n    0xbfefd88da3d12526,\n    0xbfefa7557f08a517,\n    0xbfef6297cff75cb0,\n];",
    "                }),\n            );\n        }\n    }\n}\n",
    "//! A simple echo server:\n//!\n//! # Examples\n//!\n//! ```no_run\n//! use std::net;\n//! ```\n",
    "+----+-----+\n| id | age |\n+----+-----+\n| 1  | 31  |\n| 2  | 28  |\n+----+-----+",
    "if (a !== b) return;\na ||= 1;\nb **= 2;\nc &&= d;",
    "Use one of these:\n- ml.c7i.2xlarge\n- ml.c7i.4xlarge\n- ml.c7i.8xlarge\n- ml.c7i.12xlarge",
    "`sqlite3session_changeset`, `sqlite3session_patchset`, `sqlite3changeset_apply`",
    "([`11bb242`](https://host.example/commit/11bb2426f0237b1ecea8c8038630b1231ede4871)), ([`7b0a313`](https://host.example/commit/7b0a3130a55176d2570300f92cb7ddca6c23da83))",
    "A prompt in ChatML looks so:\n```\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n```\nThe mark `<|im_end|>` ends a turn.",
    "| Name | Description |\n| ---- | -------------------------------------------------------------------------------",
    "The first chapter\n======================================================\nIt was a dark and stormy night.",
    "The factorial ends in zeros: 8159152832478977343456112695961158942720000000000000000000000000000000000000000000000",
    "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12",
    "1. 1\n2. 2\n3. 3\n4. 4\n5. 5\n6. 6\n7. 7\n8. 8\n9. 9\n10. 10",
    "7 x 1 = 7\n7 x 2 = 14\n7 x 3 = 21\n7 x 4 = 28\n7 x 5 = 35\n7 x 6 = 42\n7 x 7 = 49\n7 x 8 = 56\n7 x 9 = 63\n7 x 10 = 70",
    "KeyCode::F1 => Key::F1,\nKeyCode::F2 => Key::F2,\nKeyCode::F3 => Key::F3,\nKeyCode::F4 => Key::F4,\nKeyCode::F5 => Key::F5,\nKeyCode::F6 => Key::F6,\nKeyCode::F7 => Key::F7,\nKeyCode::F8 => Key::F8,\nKeyCode::F9 => Key::F9,",
];

/// Output of models that were computed wrongly or went astray; the qwen ones are an engine's real output.
const BAD: [&str; 27] = [
    " gordak..\n\n\n\n)pagidend1",
    " gordak..\n\n\n\n0atch_rand <+ =",
    "멸/*\n//-rate\n object):: Middleware0atch_rand <+ =",
    " gordak..\n\n\n\n)pagidendak ...\n\n\n\nletpackage-urlencoded.How hton1",
    "angan dú<|fim_suffix|> .üyü IVLICENSE niño (#inggacastleinkaunikjar 所以我们 nSSF<|fim_suffix|> .üyü IVobserverxt halvesigm transferredandin<|fim_suffix|> .üyü IV$kニングend$>Namelinkzu …",
    "-'s the_-------------------------------",
    "-,-'s-------------------------------",
    "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG",
    "!!!!!!!!!!!!!!!!!!!!!!!!",
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
    "the the the the the the the the the the the the the the the the",
    "A mutex is a lock. A mutex is a lock. A mutex is a lock. A mutex is a lock. A mutex is a lock. A mutex is a lock.",
    "好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的好的",
    "\u{fffd}\u{fffd}a\u{fffd} \u{fffd}b\u{fffd}",
    "<unk><unk><unk><unk><unk>",
    "<unused12><unused99> the <unused3><unused4>",
    "xkdfg qwrtp zzbnk hello ghhjk plmkn bvcxz trwqs",
    "\u{0}\u{1}\u{2}abc\u{3}",
    "Sure! Here is it: 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0",
    "yes no yes maybe no yes maybe yes no no yes no yes yes no maybe yes no yes no yes no yes maybe no yes no yes yes no yes no no yes maybe yes no yes no yes no",
    "The sky is blue because it has a blue color and its temperature is 27 degrees Celsius. The sky is blue because it has a blue color and its temperature is 30 degrees Celsius. The sky is blue because it has a blue color and its temperature is 45 degrees Celsius. The sky is blue because it has a blue color and its temperature is 60 degrees Celsius. The sky is blue because it has a blue color and its temperature is 75 degrees Celsius. The sky is blue because",
    "1.\n2.\n3.\n4.\n5.\n6.\n7.\n8.\n9.\n10.\n11.\n12.\n13.\n1",
    "1. Lions\n2. Tigers\n3. Frogs\n4. Frogs\n5. Frogs\n6. Frogs\n7. Frogs\n8. Frogs\n9. Frogs\n10. Frogs\n11. Frogs\n12. Fro",
    "Step 1:\nStep 2:\nStep 3:\nStep 4:\nStep 5:\nStep 6:\nStep 7:\nStep 8:\nStep 9:\nStep 1",
    "<ul>\n  <li>🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵🍵",
    "Напиши три предложения о зиме.\n\nНапиши три предложения о зиме.\n\nНапиши три предложения о зиме.\n\nНапиши три предложения о зиме.\n\nНапиши три предло",
    "--------------------------------------------------------------------------------------------------------------------------------",
];

#[test]
fn good_answers_pass() {
    for text in GOOD {
        assert_eq!(degenerate(text), None, "a good answer was condemned: {text}");
    }
}

#[test]
fn broken_output_is_caught_with_its_number() {
    for text in BAD {
        let reason = degenerate(text);
        assert!(reason.as_ref().is_some_and(|r| r.chars().any(|c| c.is_ascii_digit())), "{reason:?} for {text}");
    }
}

#[test]
fn a_good_beginning_does_not_save_an_endless_loop() {
    let answer = "The sky is blue because air scatters short waves more than long ones. This is called Rayleigh scattering, after the physicist who explained it in the nineteenth century. ";
    assert_eq!(degenerate(answer), None);
    let looping = format!("{answer}{}", "It is also blue because it is blue. ".repeat(5));
    assert_eq!(degenerate(&looping), Some("“it is also blue because it is blue” 5 times in a row".to_owned()));
}

#[test]
fn the_same_answer_to_different_questions_is_noticed() {
    let noise = "gordak.. 0atch_rand <+ =";
    assert_eq!(ignores_its_prompt(noise, &["Paris.", noise]).as_deref(), Some("word for word its answer to 1 other question"));
    assert_eq!(ignores_its_prompt("42", &["42"]), None, "two right answers may be the same");
    assert_eq!(ignores_its_prompt(noise, &[]), None);
}

#[test]
fn each_bad_ending_has_its_own_cause() {
    use CauseKind::{DegenerateOutput, EmptyAnswer, TemplateSuspect, ThinkingSpentBudget};
    let table = [
        ("42", 0, Some(2), true, None),
        ("42", 900, Some(300), true, None),
        ("It is a lock", 0, Some(128), false, None),
        ("", 900, Some(128), false, Some(ThinkingSpentBudget)),
        ("<think>First I", 0, Some(128), false, Some(ThinkingSpentBudget)),
        ("<think>Easy.</think>\n42", 0, Some(9), true, None),
        ("", 900, Some(100), true, Some(EmptyAnswer)),
        ("", 0, Some(1), true, Some(TemplateSuspect)),
        (".", 0, Some(2), true, Some(TemplateSuspect)),
        ("\n", 0, Some(12), true, Some(EmptyAnswer)),
        ("", 0, Some(0), true, Some(EmptyAnswer)),
        ("", 0, None, true, Some(EmptyAnswer)),
        ("!!!!!!!!!!!!!!!!!!!!!!!!", 0, Some(24), false, Some(DegenerateOutput)),
    ];
    for (text, thinking, tokens, stop, expected) in table {
        let outcome = classify_answer(text, thinking, tokens, 128, stop);
        let kind = match &outcome {
            Outcome::Complete => None,
            Outcome::Failed(cause) => Some(cause.kind),
        };
        assert_eq!(kind, expected, "{text:?} with {tokens:?} tokens: {outcome:?}");
    }
}

#[test]
fn any_text_is_judged_without_a_panic() {
    let alphabet: Vec<char> = "ab 0(){}[]<|>+=\n\u{fffd}é木π👍\u{0}".chars().collect();
    let mut state = 1u64;
    for length in 0..300 {
        let text: String = (0..length)
            .filter_map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                alphabet.get((state >> 33) as usize % alphabet.len())
            })
            .collect();
        let repeated = text.repeat(3);
        for text in [text, repeated] {
            assert!(degenerate(&text).is_none_or(|reason| !reason.is_empty()), "a reason is never blank: {text}");
        }
    }
}
