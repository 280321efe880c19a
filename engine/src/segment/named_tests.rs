//! What opening by a name notices, and what is left of one.

use super::super::leftovers;
use super::super::name::Creator;
use super::*;
use crate::error::Corrupt;
use crate::fork::in_a_child;
use crate::layout::DATA_OFFSET;
use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, symlink};

const MAIN: usize = DATA_OFFSET + (128 << 10);
const RENDERER: usize = DATA_OFFSET + (64 << 10);

fn made() -> NamedSegments {
    NamedSegments::create(MAIN, RENDERER).unwrap()
}

fn opened(names: &Names) -> Result<(Segment, Segment), Error> {
    open(names, MAIN, RENDERER)
}

fn exists(name: &Name) -> bool {
    fs::symlink_metadata(name.path()).is_ok()
}

/// A file of ours under a name, as [`create`] would have made it.
fn put(name: &Name, size: usize) {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(MODE).open(name.path()).unwrap();
    file.set_len(size as u64).unwrap();
}

/// The path in the text of a refusal, and the rest of it.
fn refusal(refused: Result<impl Sized, Error>, name: &Name) -> String {
    match refused.err() {
        Some(Error::PermissionDenied { what }) => {
            what.strip_prefix(&name.path()).expect("the path").trim_start().to_owned()
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn corrupt(refused: Result<impl Sized, Error>) -> &'static str {
    match refused.err() {
        Some(Error::Corrupt(Corrupt { place, .. })) => place,
        other => panic!("not corrupt: {other:?}"),
    }
}

#[test]
fn what_one_side_writes_the_other_reads() {
    let ours = made();
    let (main, renderer) = opened(&ours.names).unwrap();
    header(&ours.main).role.store(5, Ordering::Relaxed);
    assert_eq!(header(&main).role.load(Ordering::Relaxed), 5);
    header(&renderer).role.store(6, Ordering::Relaxed);
    assert_eq!(header(&ours.renderer).role.load(Ordering::Relaxed), 6);
}

#[test]
fn what_the_peer_writes_is_mapped_for_reading_only() {
    let ours = made();
    let theirs = opened(&ours.names).unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let permissions = |name: &Name| {
        let of_name = maps.lines().filter(|line| line.ends_with(&name.path()));
        let mut all: Vec<_> = of_name.map(|line| line.split(' ').nth(1).unwrap()).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(permissions(&ours.names.main()), ["r--s", "rw-s"]);
    assert_eq!(permissions(&ours.names.renderer()), ["r--s", "rw-s"]);
    drop(theirs);
}

#[test]
fn all_memory_is_there_from_the_start() {
    let ours = made();
    for (name, size) in [(ours.names.main(), MAIN), (ours.names.renderer(), RENDERER)] {
        let file = fs::metadata(name.path()).unwrap();
        assert_eq!(file.size(), size as u64);
        assert!(file.blocks() * 512 >= size as u64);
        assert_eq!(file.mode() & 0o7777, MODE);
    }
}

#[test]
fn the_names_go_with_who_holds_them_and_the_memory_stays() {
    let NamedSegments { main, renderer, names, held } = made();
    drop(held);
    assert!(!exists(&names.main()) && !exists(&names.renderer()));
    assert_eq!(header(&main).nonce.load(Ordering::Relaxed), names.nonce);
    assert_eq!(header(&renderer).nonce.load(Ordering::Relaxed), names.nonce);
    remove(&names.main()).unwrap();
}

#[test]
fn a_forked_child_that_drops_a_session_leaves_its_names_to_the_parent() {
    let ours = made();
    let names = ours.names;
    let mut handle = Some(ours);
    assert!(in_a_child(|| {
        handle.take();
        exists(&names.main()) && exists(&names.renderer())
    }));
    assert!(exists(&names.main()));
}

#[test]
fn a_name_that_exists_is_refused_and_left_alone() {
    let names = Names::new().unwrap();
    put(&names.main(), MAIN);
    let refused = create(&names.main(), MAIN, Writer::Us, names.nonce);
    assert_eq!(refusal(refused, &names.main()), "exists already");
    assert!(exists(&names.main()));
    remove(&names.main()).unwrap();
    symlink("/dev/null", names.main().path()).unwrap();
    let refused = create(&names.main(), MAIN, Writer::Us, names.nonce);
    assert_eq!(refusal(refused, &names.main()), "exists already");
    remove(&names.main()).unwrap();
}

#[test]
fn a_file_that_others_may_use_is_refused() {
    let ours = made();
    let name = ours.names.renderer();
    for mode in [0o644, 0o660, 0o606, 0o4600, 0o700] {
        fs::set_permissions(name.path(), Permissions::from_mode(mode)).unwrap();
        let refused = refusal(opened(&ours.names), &name);
        assert_eq!(refused, format!("has mode {mode:04o}, not 0600"));
    }
}

#[test]
fn a_file_of_another_user_is_refused() {
    let ours = made();
    let name = ours.names.main();
    let mut stat = look(&name, MAIN).unwrap();
    stat.st_uid += 1;
    let refused = refusal(is_ours_alone(&name, &stat, MAIN), &name);
    assert_eq!(refused, format!("belongs to user {}", stat.st_uid));
}

#[test]
fn a_link_or_a_folder_in_place_of_a_segment_is_refused() {
    let ours = made();
    let (main, renderer) = (ours.names.main(), ours.names.renderer());
    remove(&main).unwrap();
    symlink(renderer.path(), main.path()).unwrap();
    assert_eq!(refusal(opened(&ours.names), &main), "is not a file");
    remove(&main).unwrap();
    fs::create_dir(main.path()).unwrap();
    assert_eq!(refusal(opened(&ours.names), &main), "is not a file");
    fs::remove_dir(main.path()).unwrap();
}

#[test]
fn a_segment_of_another_size_is_refused() {
    let ours = made();
    let file = OpenOptions::new().write(true).open(ours.names.main().path()).unwrap();
    for size in [MAIN + 4096, MAIN - 4096, 0] {
        file.set_len(size as u64).unwrap();
        assert_eq!(corrupt(opened(&ours.names)), "segment size");
    }
}

#[test]
fn a_segment_that_was_put_in_the_place_of_another_is_refused() {
    for name in [Names::main, Names::renderer] {
        let (ours, other) = (made(), made());
        fs::rename(name(&other.names).path(), name(&ours.names).path()).unwrap();
        assert_eq!(corrupt(opened(&ours.names)), "segment nonce");
    }
    let blank = made();
    remove(&blank.names.main()).unwrap();
    put(&blank.names.main(), MAIN);
    assert_eq!(corrupt(opened(&blank.names)), "segment nonce");
}

#[test]
fn a_name_that_nobody_has_is_an_error() {
    let missing = opened(&Names::new().unwrap()).unwrap_err();
    assert_eq!(missing, Error::System { call: "stat", errno: libc::ENOENT });
}

#[test]
fn only_what_the_dead_have_left_is_reclaimed() {
    let living = made();
    let here = living.names.creator;
    // As a process that had our id before us would have named it, and one of a container.
    let dead = Creator { started: here.started - 1, ..here };
    let elsewhere = Creator { namespaces: here.namespaces ^ 1, ..dead };
    let [left, foreign] = [dead, elsewhere].map(|creator| Name { creator, ..living.names.main() });
    put(&left, 0);
    put(&foreign, 0);
    assert!(leftovers::stale().unwrap().iter().all(|found| found.path() != foreign.path()));
    leftovers::reclaim();
    assert!(!exists(&left));
    assert!(exists(&foreign));
    assert!(exists(&living.names.main()) && exists(&living.names.renderer()));
    remove(&foreign).unwrap();
}
