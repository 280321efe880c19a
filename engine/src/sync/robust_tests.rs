//! What the kernel does to the words of a process that ends.

use super::*;
use memmap2::MmapRaw;

const AT: usize = 132;

/// A page that forked children share, and the word in it.
fn page() -> MmapRaw {
    use std::os::fd::AsRawFd;
    let fd = rustix::fs::memfd_create(c"page", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
    rustix::fs::ftruncate(&fd, PAGE as u64).unwrap();
    MmapRaw::map_raw(fd.as_raw_fd()).unwrap()
}

fn word(page: &MmapRaw) -> &AtomicU32 {
    // SAFETY: it lies in the page, which is zero at first and stays there as long as the reference.
    unsafe { AtomicU32::from_ptr(page.as_mut_ptr().wrapping_add(AT).cast()) }
}

/// Runs `child` in a process of its own, with a list of its own, and waits for its death.
fn in_a_process_with_a_list(child: impl FnOnce(&Arc<RobustList>, u32)) {
    // SAFETY: the child leaves by `_exit`; glibc makes allocating and threads safe.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        let list = RobustList::new(1, AT).unwrap();
        let owner = list.owner().unwrap();
        child(&list, owner);
        // SAFETY: ends the child, with all its threads, without running anything of the parent's.
        unsafe { libc::_exit(0) }
    }
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    let options = rustix::process::WaitOptions::empty();
    let (_, status) = rustix::process::waitpid(Some(pid), options).unwrap().unwrap();
    assert_eq!(status.exit_status(), Some(0));
}

#[test]
fn each_word_is_marked_by_the_death_and_not_before() {
    let pages: Vec<_> = std::iter::repeat_with(page).take(100).collect();
    in_a_process_with_a_list(|list, owner| {
        for page in &pages {
            list.insert(word(page), owner).unwrap();
            assert_eq!(word(page).load(Relaxed), owner);
        }
    });
    assert!(pages.iter().all(|page| word(page).load(Relaxed) == OWNER_DIED));
}

#[test]
fn a_word_that_was_taken_out_is_left_alone_and_the_others_are_not() {
    let pages: Vec<_> = std::iter::repeat_with(page).take(9).collect();
    let out = [0, 3, 4, 8];
    in_a_process_with_a_list(|list, owner| {
        let places: Vec<_> =
            pages.iter().map(|page| list.insert(word(page), owner).unwrap()).collect();
        for (number, place) in places.into_iter().enumerate() {
            if out.contains(&number) {
                list.remove(place);
            }
        }
    });
    for (number, page) in pages.iter().enumerate() {
        assert_eq!(word(page).load(Relaxed) == OWNER_DIED, !out.contains(&number), "{number}");
    }
}

#[test]
fn places_are_given_again_for_ever() {
    let (first, second) = (page(), page());
    in_a_process_with_a_list(|list, owner| {
        let stays = list.insert(word(&first), owner).unwrap();
        for _ in 0..3 * NODES {
            list.remove(list.insert(word(&second), owner).unwrap());
        }
        assert_eq!((stays.0, list.state.lock().opened), (0, 2));
        word(&second).store(7, Relaxed);
    });
    assert_eq!((word(&first).load(Relaxed), word(&second).load(Relaxed)), (OWNER_DIED, 7));
}

#[test]
fn who_comes_when_the_list_is_full_is_not_listed() {
    let (many, late) = (page(), page());
    in_a_process_with_a_list(|list, owner| {
        let mut places: Vec<_> =
            (0..NODES).map(|_| list.insert(word(&many), owner).unwrap()).collect();
        assert!(list.insert(word(&late), owner).is_none());
        // The kernel gets to the last of them, and no further.
        list.remove(places.pop().unwrap());
        list.insert(word(&late), owner).unwrap();
    });
    assert_eq!((word(&many).load(Relaxed), word(&late).load(Relaxed)), (OWNER_DIED, OWNER_DIED));
}

#[test]
fn a_word_that_is_not_shared_or_lies_elsewhere_is_refused() {
    let list = RobustList::new(1, AT).unwrap();
    let private = memmap2::MmapMut::map_anon(PAGE).unwrap();
    // SAFETY: as in `word`.
    let word = unsafe { AtomicU32::from_ptr(private.as_ptr().wrapping_add(AT).cast_mut().cast()) };
    assert!(list.insert(word, 1).is_none());
    assert!(list.insert(&AtomicU32::new(0), 1).is_none());
}

#[test]
fn the_thread_is_one_and_blocks_what_can_be_blocked() {
    let list = RobustList::new(1, AT).unwrap();
    let owner = list.owner().unwrap();
    assert_eq!(list.owner(), Some(owner));
    let status = std::fs::read_to_string(format!("/proc/self/task/{owner}/status")).unwrap();
    let line = |name| status.lines().find_map(|line| str::strip_prefix(line, name)).unwrap();
    assert_eq!(line("Name:\t"), "ringmain-life");
    let blocked = u64::from_str_radix(line("SigBlk:\t"), 16).unwrap();
    let of_the_host = !(1 << 8 | 1 << 18 | 0b11 << 31); // not KILL, STOP, and libc's two
    assert_eq!(blocked & of_the_host, of_the_host);
    assert_eq!(blocked & 0b11 << 31, 0);
}

#[test]
fn a_change_of_the_user_in_all_threads_does_not_wait_for_this_one() {
    in_a_process_with_a_list(|_, _| {
        let user = rustix::process::getuid().as_raw();
        // SAFETY: to the user that it is. libc has every thread do it, by a signal of its own.
        assert_eq!(unsafe { libc::setuid(user) }, 0);
    });
}

#[test]
fn executing_another_program_is_an_end_too() {
    let page = page();
    in_a_process_with_a_list(|list, owner| {
        list.insert(word(&page), owner).unwrap();
        let program = c"/bin/true".as_ptr();
        let arguments = [program, std::ptr::null()];
        // SAFETY: a path and a list of arguments, which ends with a null pointer. The memory is this program's no
        // more if it succeeds.
        unsafe { libc::execv(program, arguments.as_ptr()) };
    });
    assert_eq!(word(&page).load(Relaxed), OWNER_DIED);
}
