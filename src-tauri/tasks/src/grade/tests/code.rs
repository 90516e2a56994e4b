use async_trait::async_trait;

use super::*;
use crate::code::{Ended, Program};
use crate::oracle::Checks;

/// Answers what it was told to, and only to a program that holds what it should.
struct Scripted(Result<Ended, String>);

#[async_trait]
impl CodeRunner for Scripted {
    async fn run(&self, program: &Program) -> Result<Ended, String> {
        assert!(program.source.is_ascii(), "a literal of ASCII means the same in every encoding");
        assert!(program.source.contains("assert f(2) == 4"), "the checks are part of the program");
        assert_eq!(program.limits, LIMITS);
        self.0.clone()
    }
}

fn oracle() -> Oracle {
    Oracle::Code(Checks { function: "f".to_owned(), source: "assert f(2) == 4".to_owned() })
}

async fn run(text: &str, ended: Result<Ended, String>, hit_limit: bool) -> Grade {
    let answer = Answer { text: text.to_owned(), hit_limit, ..Answer::default() };
    grade(&item(oracle()), &answer, Some(&Scripted(ended))).await
}

#[tokio::test]
async fn code_alone_or_one_fence_is_the_form_and_the_rest_is_looked_past() {
    let table = [
        ("def f(x):\n    return x * x", Right, "code alone"),
        ("```python\ndef f(x):\n    return x * x\n```", Right, "one fence"),
        ("from math import pow\n\ndef f(x):\n    return pow(x, 2)\n\nprint(f(3))", Right, "an import and an example"),
        ("Sure!\n```python\ndef f(x):\n    return x * x\n```\nIt squares.", RightLoosely, "an explanation around the fence"),
        ("```\nnot this\n```\n```python\ndef f(x):\n    return x * x\n```", RightLoosely, "the second fence"),
        ("Here is it:\n\ndef f(x):\n    return x * x\n\nThis function squares x.", RightLoosely, "an explanation without a fence"),
        ("```python\ndef f(x):\n    return x * x", RightLoosely, "a fence that is not closed"),
        ("f = lambda x: x * x", Right, "a name for a function"),
    ];
    for (text, class, why) in table {
        let grade = run(text, Ok(Ended::Passed), false).await;
        assert_eq!(grade.class, class, "{why}: {}", grade.reason);
    }
    for (text, why) in
        [("I cannot do that.", "no code"), ("def g(x):\n    return 4", "another function"), ("```\nprint(4)\n```", "no function")]
    {
        let grade = run(text, Ok(Ended::Passed), false).await;
        assert_eq!(grade.class, Wrong, "{why}: {}", grade.reason);
    }
}

#[tokio::test]
async fn each_end_of_a_program_has_its_class_and_says_why() {
    let failed = |text: &str| Ok(Ended::Failed(text.to_owned()));
    let table = [
        (failed("Traceback …\nAssertionError: f(3): expected 9, found 6\n"), false, Wrong, "f(3): expected 9, found 6"),
        (failed("NameError: name 'y' is not defined"), false, Wrong, "NameError"),
        (failed("SyntaxError: '(' was never closed"), false, Wrong, "never closed"),
        (failed("SyntaxError: '(' was never closed"), true, Incomplete, "limit of tokens"),
        (failed(""), false, Wrong, "ended with an error"),
        (Ok(Ended::TimedOut), false, GradeClass::CodeTimedOut, "10 seconds"),
        (Ok(Ended::OutOfMemory), false, GradeClass::CodeOutOfMemory, "memory"),
        (Ok(Ended::Flooded), false, GradeClass::CodeFlooded, "printed"),
        (Ok(Ended::Forbidden("open('/etc')".to_owned())), false, GradeClass::CodeForbidden, "/etc"),
        (Ok(Ended::Unsupported("the module ctypes".to_owned())), false, GradeClass::Unsupported, "ctypes"),
        (Err("the worker is gone".to_owned()), false, GradeClass::GraderFailed, "the worker is gone"),
    ];
    for (ended, hit_limit, class, word) in table {
        let grade = run("def f(x):\n    return 4", ended.clone(), hit_limit).await;
        assert_eq!(grade.class, class, "{ended:?}");
        assert!(grade.reason.contains(word), "{ended:?}: {}", grade.reason);
    }
}

#[tokio::test]
async fn without_a_sandbox_code_says_nothing_of_the_model() {
    let grade = graded(&oracle(), "def f(x):\n    return 4").await;
    assert_eq!(grade.class, GradeClass::Unsupported);
    assert!(!grade.class.counts() && grade.reason.contains("sandbox"), "{}", grade.reason);
}
