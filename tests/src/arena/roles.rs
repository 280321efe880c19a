//! What this program can be, by the words that it was started with.

use super::{attacks, burner, cases, honest, hosting, newcomers};

/// Plays a role to its end.
///
/// # Panics
/// If there is no such role, or it goes wrong.
pub fn play(words: &[String]) {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let number = |at: usize| word(at).parse().expect("a number");
    match word(0) {
        "main" => hosting::play(word(1), number(2), &words[3..]),
        "honest" => {
            honest::play(
                word(1),
                number(2),
                number(3),
                word(4).parse().expect("a number of bytes"),
            );
        }
        "newcomers" => newcomers::play(word(1)),
        "burner" => burner::play(word(1).parse().expect("a number of threads")),
        "attack" => attacks::play(word(1), word(2)),
        "script" => {
            let endpoint = (!word(2).is_empty()).then(|| word(2));
            crate::hostile::scripts::play(word(1), endpoint);
        }
        "heir" => crate::hostile::scripts::play("heir", None),
        _ => cases::play(words),
    }
}
