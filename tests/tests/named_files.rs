//! What named sessions put into `/dev/shm`, when it goes, and what is made of files that are not as they
//! were made. Each test has a `/dev/shm` of its own, so everything in it is the test's.

use ringmain::{Diagnostic, Error, GoneReason, IpcRenderer, MainOptions, RendererOptions, args};
use ringmain_tests::{
    Log, Stage, UniqueEndpoint, Watchdog, kill, lone_main, options, own_shm_files, remount_own_shm,
    renderer, with_own_shm,
};
use std::fs::{self, Permissions};
use std::io::{Read, pipe};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Smallest rings: 128 KiB for main's segment, 64 KiB for the renderer's, and two pages of words.
fn small() -> MainOptions {
    options().ring_capacity(64 << 10)
}

/// The two files of the only session there is: main's segment, which is the larger, and the renderer's.
fn both() -> [PathBuf; 2] {
    let mut files = own_shm_files();
    files.sort_by_key(|file| std::cmp::Reverse(fs::metadata(file).unwrap().len()));
    files.try_into().unwrap()
}

fn refusals(stage: &Stage) -> Log<Error> {
    let log = Log::new();
    stage.on_diagnostic({
        let log = log.clone();
        move |diagnostic| match diagnostic {
            Diagnostic::Refused { error } => log.push((*error).clone()),
            other => panic!("{other}"),
        }
    });
    log
}

/// Attaches a renderer in this process, and detaches it.
fn attach(stage: &Stage, endpoint: &UniqueEndpoint, options: RendererOptions) -> Result<(), Error> {
    let ended = Log::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            ended.push(options.connect(endpoint.name()).map(drop));
            stage.stop();
        });
        stage.run_until(|| !ended.is_empty());
    });
    ended.take().remove(0)
}

/// What this process has open, and mapped of named segments.
fn possessions() -> (usize, usize) {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mapped = maps.lines().filter(|line| line.contains(" /dev/shm/ringmain-")).count();
    (fs::read_dir("/proc/self/fd").unwrap().count(), mapped)
}

#[test]
fn names_go_when_a_renderer_has_attached_and_memory_with_the_session() {
    with_own_shm(
        "names_go_when_a_renderer_has_attached_and_memory_with_the_session",
        "64m",
        || {
            let endpoint = UniqueEndpoint::new();
            let stage = Stage::of(small().bind(endpoint.name()).unwrap());
            let ready = Log::new();
            stage.on("ready", {
                let (main, ready) = (ringmain::IpcMain::clone(&stage), ready.clone());
                move |_, _| {
                    ready.push(());
                    main.stop();
                }
            });
            // Whatever main opens for its first session, and keeps.
            stage.start(renderer!("exit", 0));
            stage.run_to_the_end(1);
            let before = possessions();
            assert_eq!(ready.take(), [()]);
            assert_eq!(before.1, 0);

            let (mut by_birth, mut by_name) = (Vec::new(), Vec::new());
            for _ in 0..32 {
                by_birth.push(stage.start(renderer!("idle")).process_id());
                by_name.push(renderer!("idle", endpoint.name()).spawn().unwrap());
            }
            stage.run_until(|| ready.len() == 64);
            assert!(own_shm_files().is_empty());
            // Both segments of each, and a page of main's own once more, for its sign of life.
            assert_eq!(possessions().1, 3 * 64);
            by_birth.into_iter().for_each(kill);
            for child in &mut by_name {
                drop(child.stdin.take());
                assert!(child.wait().unwrap().success());
            }
            assert_eq!(stage.run_until_gone(64).len(), 64);
            assert_eq!(possessions(), before);
            assert!(own_shm_files().is_empty());
        },
    );
}

#[test]
fn a_renderer_that_is_killed_before_it_attached_leaves_no_name() {
    with_own_shm("a_renderer_that_is_killed_before_it_attached_leaves_no_name", "4m", || {
        let stage = Stage::with(&small());
        let mut mute = Command::new("cat");
        mute.stdin(Stdio::piped());
        let page = stage.start(mute);
        assert_eq!(own_shm_files().len(), 2);
        kill(page.process_id());
        let departure = stage.run_until_gone(1)[0];
        assert_eq!(departure.details.reason, GoneReason::Killed);
        assert!(own_shm_files().is_empty());
    });
}

#[test]
fn a_main_that_is_killed_leaves_nothing_of_renderers_that_had_attached() {
    with_own_shm(
        "a_main_that_is_killed_leaves_nothing_of_renderers_that_had_attached",
        "4m",
        || {
            let _watchdog = Watchdog::new();
            let endpoint = UniqueEndpoint::new();
            let mut main = lone_main!(endpoint);
            let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
            assert_eq!(renderer.send_sync("echo", args![1]).unwrap(), 1);
            main.kill();
            assert_eq!(renderer.send_sync("echo", args![1]), Err(Error::MainGone));
            assert!(own_shm_files().is_empty());
        },
    );
}

#[test]
fn where_there_is_no_room_both_sides_are_told_and_nothing_is_left() {
    with_own_shm("where_there_is_no_room_both_sides_are_told_and_nothing_is_left", "160k", || {
        let endpoint = UniqueEndpoint::new();
        let stage = Stage::of(small().bind(endpoint.name()).unwrap());
        let refusals = refusals(&stage);
        let full = Error::Exhausted { what: "space in /dev/shm" };
        assert_eq!(stage.spawn(renderer!("idle")).err(), Some(full.clone()));
        assert!(own_shm_files().is_empty());

        let told = Error::Exhausted { what: "main's descriptors or memory" };
        assert_eq!(attach(&stage, &endpoint, RendererOptions::new()), Err(told));
        assert_eq!(refusals.take(), [full]);
        assert!(own_shm_files().is_empty());

        remount_own_shm("size=4m");
        assert_eq!(attach(&stage, &endpoint, RendererOptions::new()), Ok(()));
        assert!(own_shm_files().is_empty());
    });
}

#[test]
fn a_renderer_that_refuses_names_gets_no_session_and_both_sides_are_told() {
    with_own_shm(
        "a_renderer_that_refuses_names_gets_no_session_and_both_sides_are_told",
        "4m",
        || {
            let endpoint = UniqueEndpoint::new();
            let stage = Stage::of(small().bind(endpoint.name()).unwrap());
            let refusals = refusals(&stage);
            // By birth.
            stage.start(renderer!("refuse-names"));
            let departure = stage.run_until_gone(1)[0];
            assert_eq!(departure.details.reason, GoneReason::AbnormalExit);
            assert_eq!(refusals.take(), [Error::SegmentsRefused]);
            // By name.
            let refusing = RendererOptions::new().refuse_named_segments();
            assert_eq!(attach(&stage, &endpoint, refusing), Err(Error::SegmentsRefused));
            assert_eq!(refusals.take(), [Error::SegmentsRefused]);
            assert!(own_shm_files().is_empty());

            let sealed = UniqueEndpoint::new();
            let stage = Stage::of(MainOptions::new().bind(sealed.name()).unwrap());
            let refusing = RendererOptions::new().refuse_named_segments();
            assert_eq!(attach(&stage, &sealed, refusing), Ok(()));
        },
    );
}

#[test]
fn where_main_may_make_no_files_a_renderer_is_not_told_that_it_may_not_attach() {
    let test = "where_main_may_make_no_files_a_renderer_is_not_told_that_it_may_not_attach";
    with_own_shm(test, "4m", || {
        let endpoint = UniqueEndpoint::new();
        let stage = Stage::of(small().bind(endpoint.name()).unwrap());
        let refusals = refusals(&stage);
        remount_own_shm("ro");
        let told = Error::Exhausted { what: "main's descriptors or memory" };
        assert_eq!(attach(&stage, &endpoint, RendererOptions::new()), Err(told));
        let [Error::PermissionDenied { what }] = &refusals.take()[..] else { panic!("no refusal") };
        assert!(what.starts_with("/dev/shm/ringmain-"), "{what}");
        remount_own_shm("rw");
        assert_eq!(attach(&stage, &endpoint, RendererOptions::new()), Ok(()));
    });
}

/// What a renderer says that finds its session's files after `tamper` was at them.
fn tampered(stage: &Stage, tamper: impl FnOnce()) -> String {
    let (mut voice, stderr) = pipe().unwrap();
    let mut command = renderer!("idle");
    command.stderr(stderr).env_remove("RUST_BACKTRACE");
    stage.start(command);
    // Main answers its hello when it dispatches, and not before.
    tamper();
    let departure = stage.run_until_gone(1)[0];
    assert_eq!(departure.details.reason, GoneReason::AbnormalExit);
    let mut said = String::new();
    voice.read_to_string(&mut said).unwrap();
    said
}

#[test]
fn files_that_are_not_as_main_made_them_are_refused_and_main_goes_on() {
    with_own_shm("files_that_are_not_as_main_made_them_are_refused_and_main_goes_on", "8m", || {
        let stage = Stage::with(&small());
        let refuses = |why: &str, tamper: &dyn Fn(&[PathBuf; 2])| {
            let said = tampered(&stage, || tamper(&both()));
            assert!(said.contains(why), "{said:?} does not say {why:?}");
            for file in own_shm_files() {
                fs::remove_file(file).unwrap();
            }
        };
        refuses("has mode 0644, not 0600", &|[_, renderers]| {
            fs::set_permissions(renderers, Permissions::from_mode(0o644)).unwrap();
        });
        refuses("is not a file", &|[mains, renderers]| {
            fs::remove_file(mains).unwrap();
            symlink(renderers, mains).unwrap();
        });
        // As another process would make it that knows the name, and not what is in the segment.
        refuses("segment nonce", &|[mains, _]| {
            let len = fs::metadata(mains).unwrap().len();
            fs::remove_file(mains).unwrap();
            let file = fs::File::create_new(mains).unwrap();
            file.set_permissions(Permissions::from_mode(0o600)).unwrap();
            file.set_len(len).unwrap();
        });
        refuses("segment size", &|[_, renderers]| {
            let file = fs::OpenOptions::new().write(true).open(renderers).unwrap();
            file.set_len(1 << 20).unwrap();
        });
        refuses("call: \"stat\"", &|[mains, _]| fs::remove_file(mains).unwrap());

        stage.on("question", |event, _| event.set_return_value("answer"));
        assert_eq!(stage.results(renderer!("script", "sync:question")), ["answer"]);
        assert!(own_shm_files().is_empty());
    });
}
