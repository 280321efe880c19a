//! Whether the process that writes a segment lives, and has its session still: one word in the segment.
//!
//! ```text
//!   NOT_YET ──────► thread id ─────► OVER
//!      │   joined      the session's end (`Sign`), or the process's (the kernel)
//!      └──────────► NO_SIGN ───────► OVER, or never
//! ```
//! Who sends loads the word of its peer behind each message: a line that stays in its cache. To look at a
//! descriptor instead is a system call of half a microsecond, and to make it seldom takes a clock: 5 ns behind a
//! message for the coarse one, 17 ns for the cycle counter, and what is sent between two looks is lost with
//! an `Ok`.
//!
//! Relaxed is enough. Who knows of a death, or has seen the session end, has that from something which the
//! mark came before: the kernel's walk before `waitpid` returns, [`Sign`]'s drop before the hang-up. So a call
//! that begins then loads the mark. And nobody concludes from the word that there is nothing more to read: a
//! thread of a dying process can publish behind the mark. Readers go by the hang-up and the process.
//!
//! The word is its writer's. A renderer that lies there has what it sends delivered all the same, and loses
//! what is sent to it.
#![cfg_attr(test, expect(unsafe_code, reason = "tests only: words of a segment"))]

use crate::fork::Generation;
use crate::layout::{MainWords, RendererWords, Status, life};
use crate::sync::{OWNER, OWNER_DIED, Ordering, Place, RobustList, Shared};
use arc_swap::ArcSwapOption;
use std::mem::offset_of;
use std::sync::Arc;

/// Where the word is in either segment's first page.
const AT: usize = offset_of!(MainWords, status) + offset_of!(Status, life);
const _: () = assert!(AT == offset_of!(RendererWords, status) + offset_of!(Status, life));
const _: () = assert!(life::OVER == OWNER_DIED && life::NO_SIGN & (OWNER | OWNER_DIED) == 0);

/// Whether the word says that its process lives and has its session still.
#[inline]
#[must_use]
pub(crate) fn is_alive(word: u32) -> bool {
    // An owner's id, from 1.
    word.wrapping_sub(1) < OWNER
}

/// This process's sign that it lives, in a segment of its own. Dropping it says that the session is over.
///
/// In a forked child it says nothing: the session stays its parent's.
#[derive(Debug)]
pub(crate) struct Sign {
    status: Shared<Status>,
    /// `None` in a process without any.
    listed: Option<(Arc<RobustList>, Place)>,
    generation: Generation,
}

impl Sign {
    /// Begins to give it, if this process can.
    pub(crate) fn give(status: Shared<Status>, generation: Generation) -> Self {
        let listed = list(generation).and_then(|list| {
            let owner = list.owner()?;
            let place = list.insert(&status.life, owner)?;
            Some((list, place))
        });
        if listed.is_none() {
            status.life.store(life::NO_SIGN, Ordering::Relaxed);
        }
        Self { status, listed, generation }
    }
}

impl Drop for Sign {
    fn drop(&mut self) {
        let ours = self.generation.is_this_process();
        if ours {
            self.status.life.store(life::OVER, Ordering::Relaxed);
        }
        match self.listed.take() {
            Some((list, place)) if ours => list.remove(place),
            Some((list, place)) => list.let_go(place),
            None => {}
        }
    }
}

/// This process's list. A forked child makes one of its own: it does not have its parent's thread, and finds the
/// parent's lock as it was.
fn list(generation: Generation) -> Option<Arc<RobustList>> {
    static OWN: ArcSwapOption<RobustList> = ArcSwapOption::const_empty();
    let process = generation.number();
    loop {
        let found = OWN.load();
        if let Some(own) = found.as_ref().filter(|list| list.process() == process) {
            return Some(Arc::clone(own));
        }
        // Somebody else may have been first.
        OWN.compare_and_swap(&found, Some(RobustList::new(process, AT).ok()?));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Segment, Writer};
    use super::*;
    use crate::fork::in_a_child;

    fn segment() -> (Segment, Shared<Status>) {
        let (segment, _fd) = Segment::create(crate::layout::DATA_OFFSET, Writer::Us).unwrap();
        // SAFETY: `MainWords` is one of the layout's structs.
        let words = unsafe { segment.words::<MainWords>() };
        (segment, words.project(|words| &words.status))
    }

    fn given(status: &Shared<Status>) -> Sign {
        Sign::give(status.clone(), Generation::current().unwrap())
    }

    fn word(status: &Shared<Status>) -> u32 {
        status.life.load(Ordering::Relaxed)
    }

    #[test]
    fn the_word_is_alive_until_the_sign_is_dropped() {
        let (_segment, status) = segment();
        assert_eq!(word(&status), life::NOT_YET);
        let sign = given(&status);
        assert!(is_alive(word(&status)));
        drop(sign);
        assert_eq!(word(&status), life::OVER);
    }

    #[test]
    fn only_a_threads_id_is_alive() {
        for word in [life::NOT_YET, life::OVER, life::OVER | 7, life::NO_SIGN, life::NO_SIGN | 7] {
            assert!(!is_alive(word), "{word:#x}");
        }
        assert!(is_alive(1) && is_alive(OWNER));
    }

    #[test]
    fn a_child_neither_ends_nor_marks_what_is_its_parents() {
        let (_segment, status) = segment();
        let mut sign = Some(given(&status));
        assert!(in_a_child(|| {
            drop(sign.take());
            is_alive(word(&status))
        }));
        assert!(is_alive(word(&status)));
    }

    #[test]
    fn a_child_gives_a_sign_of_its_own() {
        let (_segment, parents) = segment();
        let _sign = given(&parents);
        let (_segment, childs) = segment();
        assert!(in_a_child(|| {
            let sign = given(&childs);
            let alive = is_alive(word(&childs)) && word(&childs) != word(&parents);
            std::mem::forget(sign);
            alive
        }));
        assert_eq!(word(&childs), life::OVER);
        assert!(is_alive(word(&parents)));
    }

    #[test]
    fn the_thread_that_begins_may_end() {
        let (_segment, status) = segment();
        let sign = std::thread::scope(|scope| scope.spawn(|| given(&status)).join().unwrap());
        assert!(is_alive(word(&status)));
        drop(sign);
    }
}
