//! Words that templates draw from. Names are of no real person, place or company that matters.

pub(super) const FIRST_NAMES: [&str; 16] = [
    "Anna", "Bruno", "Carla", "David", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas", "Karin", "Leo", "Marta", "Nora", "Oscar",
    "Paula",
];
pub(super) const LAST_NAMES: [&str; 16] = [
    "Adler", "Becker", "Carlsen", "Dorn", "Ebert", "Falk", "Grant", "Hansen", "Ivers", "Jansen", "Keller", "Lund", "Morel", "Novak",
    "Olsen", "Petrov",
];
pub(super) const TOWNS: [&str; 12] =
    ["Aldford", "Brenwick", "Calder Bay", "Dunholm", "Eastmere", "Farleigh", "Garston", "Halden", "Kirkby", "Lowick", "Marlow", "Norwell"];
pub(super) const PRODUCTS: [&str; 10] =
    ["lamp", "kettle", "jacket", "printer", "backpack", "keyboard", "blender", "bicycle helmet", "desk chair", "camera"];
pub(super) const DAYS: [&str; 5] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
pub(super) const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// A number with a comma before each three digits, as `12,500`.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// Owned texts of a list of words.
pub(super) fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
