//! `ringmain top` on a terminal.

use crate::picture;
use crate::pty::Terminal;
use crate::stage::Stage;
use rustix::process::Signal;
use std::os::unix::process::ExitStatusExt;
use vt100::Screen;

const SIZE: (u16, u16) = (96, 24);

const QUICK: &str = "top alpha --interval 100";

fn lines(screen: &Screen) -> Vec<String> {
    screen.contents().lines().map(str::to_owned).collect()
}

/// The ids of the renderers in the order of their rows, of those that have a rate.
fn ids(screen: &Screen) -> Vec<u32> {
    let lines = lines(screen);
    let rows = lines.iter().skip_while(|line| !line.contains("STALLS/s")).skip(1);
    rows.map_while(|line| {
        let cells: Vec<_> = line.split_whitespace().collect();
        let is_busy = cells.get(3).is_some_and(|rate| !["0", "-"].contains(rate));
        cells.first()?.parse().ok().filter(|_| is_busy)
    })
    .collect()
}

fn shows(text: &str) -> impl Fn(&Screen) -> bool {
    move |screen| screen.contents().contains(text)
}

#[test]
fn renderers_channels_and_their_rates_appear_and_q_gives_the_terminal_back() {
    let stage = Stage::new();
    let main = stage.main("alpha", 2);
    let mut terminal = Terminal::new(&stage, QUICK, SIZE);
    terminal.until("two busy renderers", |screen| ids(screen) == [2, 1]);
    let screen = terminal.until("a channel", shows("tick"));
    assert!(screen.alternate_screen() && screen.hide_cursor());
    assert!(lines(screen)[0].starts_with(&format!("alpha  pid {}  release ", main.pid())));
    terminal.press("q");
    let (status, left) = terminal.end();
    assert!(status.success() && !left.contains("alpha"), "{status} {left}");
}

#[test]
fn keys_choose_table_column_and_direction() {
    let stage = Stage::new();
    let _main = stage.main("alpha", 2);
    let mut terminal = Terminal::new(&stage, QUICK, SIZE);
    terminal.until("the busiest first", |it| ids(it) == [2, 1] && shows("by IN/s ▼")(it));
    terminal.press("r");
    terminal.until("the busiest last", |it| ids(it) == [1, 2] && shows("by IN/s ▲")(it));
    terminal.press("s");
    terminal.until("the next column", shows("Renderers: 2, by OUT/s ▼"));
    terminal.press("SSS\x1b[D");
    terminal.until("ids from the first", |it| ids(it) == [1, 2] && shows("by ID ▲")(it));
    terminal.press("\x1b[C\t\x1b[C");
    let is_so = |it: &Screen| shows("by PID ▲")(it) && shows("by CHANNEL ▲")(it);
    terminal.until("both tables by another column", is_so);
    terminal.press("\x03");
    assert!(terminal.end().0.success());
}

#[test]
fn a_terminal_that_changes_its_size_is_filled_again() {
    let stage = Stage::new();
    let _main = stage.main("alpha", 2);
    let mut terminal = Terminal::new(&stage, QUICK, (40, 12));
    terminal.until("few columns", |it| shows("IN/s")(it) && !shows("RUNNING")(it));
    terminal.resize((120, 40));
    let is_wide = |it: &Screen| {
        shows("RUNNING")(it) && lines(it).last().is_some_and(|line| line.contains("scroll"))
    };
    let screen = terminal.until("all columns and the last line", is_wide);
    assert_eq!(lines(screen).len(), 40);
    terminal.press("\x1b");
    assert!(terminal.end().0.success());
}

#[test]
fn a_main_that_is_stuck_is_shown_with_the_listener_that_holds_it() {
    let stage = Stage::new();
    let mut main = stage.main("alpha", 2);
    let mut terminal = Terminal::new(&stage, QUICK, SIZE);
    terminal.until("two busy renderers", |screen| ids(screen).len() == 2);
    main.hold();
    terminal.until("stuck", shows("stuck for 1 s in the listener of 'hold'"));
    terminal.press("q");
    assert!(terminal.end().0.success());
}

#[test]
fn a_main_that_ends_is_shown_with_its_last_numbers_which_stay_behind() {
    let stage = Stage::new();
    let main = stage.main("alpha", 2);
    let mut terminal = Terminal::new(&stage, QUICK, SIZE);
    terminal.until("two busy renderers", |screen| ids(screen).len() == 2);
    main.kill();
    let ended = "has ended; these were its last numbers";
    terminal.until("its end", |screen| shows(ended)(screen) && shows("Renderers")(screen));
    terminal.press("q");
    let (status, left) = terminal.end();
    assert!(status.success(), "{status}");
    assert!(left.contains(ended) && left.contains("STALLS/s") && left.contains("tick"), "{left}");
}

#[test]
fn signals_end_it_as_they_end_other_programs_and_the_terminal_is_given_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let stage = Stage::new();
        let _main = stage.main("alpha", 0);
        let mut terminal = Terminal::new(&stage, QUICK, SIZE);
        terminal.until("a picture", shows("alpha  pid"));
        terminal.signal(signal);
        assert_eq!(terminal.end().0.signal(), Some(signal.as_raw()));
    }
}

/// With `RINGMAIN_PICTURE=path` in the environment the screen is also written there, as SVG, once main has
/// been up for some seconds.
#[test]
fn every_row_of_a_busy_main_has_its_place() {
    let stage = Stage::new();
    let picture = std::env::var_os("RINGMAIN_PICTURE");
    let age = if picture.is_some() { "up 5 s" } else { "up " };
    let _main = stage.main("demo", 5);
    let mut terminal = Terminal::new(&stage, "top demo --interval 500", (80, 18));
    let is_whole = |it: &Screen| {
        let channels = ["tick", "frame", "ask", "save"];
        let is_there = channels.iter().all(|name| shows(name)(it)) && shows(age)(it);
        is_there && ids(it) == [5, 4, 3, 2, 1]
    };
    let screen = terminal.until("five renderers and four channels", is_whole);
    if let Some(path) = picture {
        std::fs::write(path, picture::svg(screen)).unwrap();
    }
    terminal.press("q");
    assert!(terminal.end().0.success());
}
