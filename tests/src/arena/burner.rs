//! What stands in an attack's place to be compared with: threads that burn processor time.

use crate::hostile::player::{say, told};

/// Burns with so many threads until told to end.
pub(super) fn play(threads: usize) {
    for _ in 0..threads {
        std::thread::spawn(|| {
            let mut random = crate::hostile::Random(1);
            loop {
                std::hint::black_box(random.number());
            }
        });
    }
    say("begun");
    while told().is_some() {}
}
