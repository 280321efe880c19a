//! Who knows that its peer has died sends it nothing with an `Ok`: from the first call on, whatever the call.

use ringmain::{Error, IpcRenderer, WebContents, args};
use ringmain_tests::held::{ALL, Held, refused_with};
use ringmain_tests::{
    MainProcess, Stage, UniqueEndpoint, Watchdog, deny, kill, lone_main, options, program,
    renderer, until_dead,
};
use std::fs;

const RING: usize = 64 << 10;

/// Deaths in a test. Each is met by one peer for each way to send.
const DEATHS: usize = 125;

/// As many renderers as there are ways to send.
struct Crowd {
    process: MainProcess,
    pages: Vec<WebContents>,
    stage: Stage,
    _endpoint: UniqueEndpoint,
}

impl Crowd {
    fn new(denied: Option<i64>) -> Self {
        let endpoint = UniqueEndpoint::new();
        let stage = Stage::of(options().ring_capacity(RING).bind(endpoint.name()).unwrap());
        let count = ALL.len().to_string();
        let mut command = program(env!("CARGO_BIN_EXE_crowd"), &[endpoint.name(), &count]);
        if let Some(number) = denied {
            deny(&mut command, number);
        }
        // They are let in by a main that runs.
        let process = std::thread::scope(|scope| {
            let process = scope.spawn(|| MainProcess::start(command));
            stage.run_until_attached(ALL.len());
            process.join().unwrap()
        });
        let mut pages = stage.all_web_contents();
        pages.sort_by_key(WebContents::id);
        Self { process, pages, stage, _endpoint: endpoint }
    }
}

/// All ways to send, beginning with another one each time.
fn turned(by: usize) -> Vec<Held> {
    let mut all = ALL.to_vec();
    all.rotate_left(by % ALL.len());
    all
}

type Results = Vec<Result<(), Error>>;

/// What all of `held` answer if `end` ends the sessions meanwhile, which are one each.
fn of_renderers(
    held: &[Held],
    renderers: &[IpcRenderer],
    end: &mut dyn FnMut(),
) -> Vec<(Held, Results)> {
    let Some(((first, rest), (renderer, renderers))) =
        held.split_first().zip(renderers.split_first())
    else {
        end();
        return Vec::new();
    };
    let mut results = Vec::new();
    let own = first.of_renderer(renderer, || results = of_renderers(rest, renderers, end));
    results.push((*first, own));
    results
}

/// The same of main's.
fn of_main(
    held: &[Held],
    pages: &[WebContents],
    end: &mut dyn FnMut(),
) -> Vec<(u32, Held, Results)> {
    let Some(((first, rest), (page, pages))) = held.split_first().zip(pages.split_first()) else {
        end();
        return Vec::new();
    };
    let mut results = Vec::new();
    let own = first.of_main(page, || results = of_main(rest, pages, end));
    results.push((page.id(), *first, own));
    results
}

fn renderers(endpoint: &UniqueEndpoint) -> Vec<IpcRenderer> {
    ALL.iter().map(|_| IpcRenderer::connect(endpoint.name()).unwrap()).collect()
}

#[test]
fn no_call_of_a_renderer_is_ok_behind_the_death_of_main() {
    let _watchdog = Watchdog::new();
    for death in 0..DEATHS {
        let endpoint = UniqueEndpoint::new();
        let mut main = lone_main!(endpoint);
        let renderers = renderers(&endpoint);
        for (held, results) in of_renderers(&turned(death), &renderers, &mut || main.kill()) {
            refused_with(held, &results, &Error::MainGone);
        }
    }
}

#[test]
fn no_call_of_main_is_ok_behind_the_death_of_a_renderer() {
    for death in 0..DEATHS {
        let mut crowd = Crowd::new(None);
        let mut kill = || {
            kill(crowd.process.id());
            crowd.process.until_killed();
        };
        for (id, held, results) in of_main(&turned(death), &crowd.pages, &mut kill) {
            refused_with(held, &results, &Error::RendererGone { id });
        }
    }
}

#[test]
fn a_renderer_that_never_came_is_known_to_have_died() {
    for held in ALL {
        let stage = Stage::with(&options().ring_capacity(RING));
        // Nobody lets it in.
        let page = stage.start(renderer!("idle"));
        let results = held.of_main(&page, || {
            kill(page.process_id());
            until_dead(page.process_id());
        });
        refused_with(held, &results, &Error::RendererGone { id: page.id() });
    }
}

#[test]
fn sessions_of_one_process_end_one_by_one_and_not_with_the_thread_that_made_them() {
    let mut crowd = Crowd::new(None);
    for page in &crowd.pages {
        page.send("note", args![1]).unwrap();
    }
    crowd.process.release();
    assert_eq!(crowd.process.line(), "closed");
    // The one that was first, of those that came.
    let refused: Vec<_> =
        crowd.pages.iter().filter(|page| page.send("note", args![2]).is_err()).collect();
    assert_eq!(refused, [&crowd.pages[0]]);
    kill(crowd.process.id());
    crowd.process.until_killed();
    for page in &crowd.pages {
        let gone = Error::RendererGone { id: page.id() };
        assert_eq!(page.send("note", args![3]), Err(gone));
    }
}

#[test]
fn a_forked_child_does_not_live_for_its_parent() {
    let _watchdog = Watchdog::new();
    for held in ALL {
        let endpoint = UniqueEndpoint::new();
        let mut main = lone_main!(endpoint);
        let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
        assert_eq!(renderer.send_sync("fork", args![]).unwrap(), "forked");
        refused_with(held, &held.of_renderer(&renderer, || main.kill()), &Error::MainGone);
    }
}

/// What the sign of life needs. Without it, it is looked at the peer's process now and then.
const NEEDED: [i64; 3] = [libc::SYS_clone, libc::SYS_set_robust_list, libc::SYS_mremap];

/// Threads of a process that the engine has started.
fn threads_of_ours(process: u32) -> usize {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    // Another thread may end meanwhile.
    let name = |task: fs::DirEntry| fs::read_to_string(task.path().join("comm")).ok();
    tasks.filter_map(|task| name(task.unwrap())).filter(|name| name == "ringmain-life\n").count()
}

#[test]
fn a_process_has_one_thread_of_ours_for_all_its_sessions() {
    let crowd = Crowd::new(None);
    assert_eq!(threads_of_ours(crowd.process.id()), 1);
}

#[test]
fn a_main_that_can_give_no_sign_serves_and_its_death_is_told() {
    let _watchdog = Watchdog::new();
    for denied in NEEDED {
        let endpoint = UniqueEndpoint::new();
        let mut command = program(env!("CARGO_BIN_EXE_lone_main"), &[endpoint.name()]);
        deny(&mut command, denied);
        let mut main = MainProcess::start(command);
        let renderers = renderers(&endpoint);
        for renderer in &renderers {
            assert_eq!(renderer.send_sync("echo", args![7]).unwrap(), 7);
            renderer.send("nobody", args![1]).unwrap();
        }
        let threads = usize::from(denied == libc::SYS_mremap);
        assert_eq!(threads_of_ours(main.id()), threads, "without {denied}");
        main.kill();
        for renderer in &renderers {
            let first = loop {
                if let Err(error) = renderer.send("nobody", args![2]) {
                    break error;
                }
            };
            assert_eq!(first, Error::MainGone, "without {denied}");
        }
    }
}

#[test]
fn renderers_that_can_give_no_sign_are_served_and_their_death_is_told() {
    for denied in [libc::SYS_set_robust_list, libc::SYS_mremap] {
        let mut crowd = Crowd::new(Some(denied));
        for page in &crowd.pages {
            page.send("nobody", args![1]).unwrap();
        }
        kill(crowd.process.id());
        crowd.process.until_killed();
        for page in &crowd.pages {
            let first = loop {
                if let Err(error) = page.send("note", args![2]) {
                    break error;
                }
            };
            assert_eq!(first, Error::RendererGone { id: page.id() });
        }
        drop(crowd.stage);
    }
}
