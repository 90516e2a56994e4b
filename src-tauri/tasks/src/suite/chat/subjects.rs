//! What there is to write about.

/// Something to write about: a subject, a word that belongs to it, one that is easily used and may be forbidden, and
/// right sentences: a plain one, one of exactly nine words with the word in it, and one that begins with “Although” and ends with
/// the word.
pub(super) struct Subject {
    pub(super) subject: &'static str,
    pub(super) word: &'static str,
    pub(super) avoid: &'static str,
    pub(super) plain: &'static str,
    pub(super) nine: &'static str,
    pub(super) although: &'static str,
}

pub(super) const SUBJECTS: [Subject; 8] = [
    Subject {
        subject: "a lighthouse",
        word: "lamp",
        avoid: "storm",
        plain: "Its lamp turns slowly above the dark water.",
        nine: "An old lamp still turns above the dark water.",
        although: "Although the night is long, sailors trust the lamp",
    },
    Subject {
        subject: "a garden in autumn",
        word: "rake",
        avoid: "leaves",
        plain: "A rake leans against the wall behind the roses.",
        nine: "A wooden rake leans quietly against the garden wall.",
        although: "Although the summer is over, nobody puts away the rake",
    },
    Subject {
        subject: "a bakery in the morning",
        word: "oven",
        avoid: "bread",
        plain: "The oven is warm long before the street wakes up.",
        nine: "The oven is warm long before the street wakes.",
        although: "Although it is early, a light burns beside the oven",
    },
    Subject {
        subject: "a train station",
        word: "clock",
        avoid: "train",
        plain: "A big clock hangs above the benches in the hall.",
        nine: "A big clock hangs above benches in the hall.",
        although: "Although nobody is late, everyone looks at the clock",
    },
    Subject {
        subject: "a library",
        word: "shelf",
        avoid: "book",
        plain: "Every shelf holds something that nobody has read yet.",
        nine: "Every shelf holds something that nobody has read yet.",
        although: "Although the room is silent, a story waits on each shelf",
    },
    Subject {
        subject: "a mountain hut",
        word: "stove",
        avoid: "snow",
        plain: "The stove crackles while wet jackets dry above it.",
        nine: "The stove crackles while wet jackets dry above it.",
        although: "Although the wind is strong, it is warm near the stove",
    },
    Subject {
        subject: "a fishing village",
        word: "pier",
        avoid: "boat",
        plain: "A wooden pier creaks softly under the old man.",
        nine: "A wooden pier creaks softly under the old man.",
        although: "Although the sea is calm, nobody stands on the pier",
    },
    Subject {
        subject: "a school yard",
        word: "bell",
        avoid: "children",
        plain: "The bell rings and the noise is gone at once.",
        nine: "The bell rings and the noise is gone immediately.",
        although: "Although the break is short, nobody hears the bell",
    },
];
