//! The short real prompts by which a rung shows whether it answers at all.
//!
//! Five, as in the seed's protocol, one for each kind of work that it names. They are easy on purpose: a
//! model that can't say anything sensible here does not work on this machine, whatever its quality.

/// In the order in which they are asked; a mode that asks fewer takes the first ones.
pub const ANSWER_PROMPTS: [&str; 5] = [
    "In two or three sentences: what does a computer's operating system do?",
    "Write a Python function that returns the larger of two numbers, and show one call of it.",
    "A service answers “connection refused” on port 8080. Name three likely causes, one line each.",
    "A train leaves at 9:40 and arrives at 11:05. How long is the journey? Explain in one or two sentences.",
    "Write a short, friendly message that asks a colleague to move a meeting from Monday to Tuesday.",
];
