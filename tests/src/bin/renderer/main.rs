//! The other process of most tests: a renderer that plays the scenario named by its first argument.
//!
//! It attaches to the main that spawned it, or else to the endpoint named by its last argument. A
//! scenario that finds something wrong panics, and the test sees an abnormal exit.

mod calls;
mod ending;
mod large;
mod listening;
mod order;
mod polling;
mod pressure;
mod raw;
mod script;
mod typed;

use ringmain::{BoxError, Error, IpcRenderer, RendererOptions};
use ringmain_tests::Watchdog;

type Scenario = fn(&IpcRenderer, &[String]) -> Result<(), BoxError>;

const SCENARIOS: &[(&str, Scenario)] = &[
    ("script", script::play),
    ("threads", calls::threads_call_at_once),
    ("threads-in-a-hurry", calls::threads_call_in_a_hurry),
    ("inside", calls::receive_what_was_sent_inside),
    ("one-order", calls::answers_and_messages_in_one_order),
    ("mixed", calls::mixed),
    ("async", calls::inside_tokio),
    ("visit", calls::visit),
    ("without-descriptors", calls::without_descriptors),
    ("await", calls::awaits_while_another_thread_runs),
    ("wait-inside", calls::waits_inside_a_listener),
    ("drop-invoke", calls::drops_an_invoke),
    ("upload", order::upload),
    ("download", order::download),
    ("too-large", order::too_large),
    ("listen", listening::listen),
    ("fill", pressure::fill),
    ("not-reading", pressure::not_reading),
    ("crowd", pressure::crowd),
    ("unread-answers", pressure::unread_answers),
    ("polling", polling::with_a_budget),
    ("idle", ending::idle),
    ("quiet", ending::quiet),
    ("refuse-names", ending::idle),
    ("serve", ending::serve),
    ("flood", ending::flood),
    ("wait", ending::wait_for_ever),
    ("exit", ending::exit),
    ("abort", ending::abort),
    ("close", ending::close_and_live_on),
    ("send-and-die", ending::send_and_die),
    ("fork-and-die", ending::fork_and_die),
    ("use-in-child", ending::use_in_child),
    ("until-main-gone", ending::until_main_gone),
    ("round-trips", large::round_trips),
    ("huge-call", large::huge_call),
    ("limits", large::limits),
    ("claims-too-much", large::claims_too_much),
    ("gives-up", large::gives_up),
    ("gives-up-and-rests", large::gives_up_and_rests),
    ("waits-in-a-run", large::waits_in_a_run),
    ("flood-large", large::flood),
    ("ticks", large::ticks),
    ("soak", large::soak),
    ("answered-past-the-overflow", large::answered_past_the_overflow),
    ("pending", large::pending),
    ("too-many-arguments", large::too_many_arguments),
    ("typed-upload", typed::upload),
    ("typed-download", typed::download),
    ("typed-mixed", typed::mixed),
    ("typed-mismatched", typed::mismatched),
    ("touchy", typed::touchy),
    ("chain", typed::chain),
    ("raw-upload", raw::upload),
    ("raw-download", raw::download),
    ("bursts", raw::bursts),
    ("open-burst", raw::open_burst),
    ("impatient-bursts", raw::impatient_bursts),
];

fn main() -> Result<(), BoxError> {
    let _watchdog = Watchdog::new();
    let words: Vec<_> = std::env::args().skip(1).collect();
    let (name, rest) = words.split_first().ok_or("no scenario")?;
    let found = SCENARIOS.iter().find(|(known, _)| known == name);
    let (_, scenario) = found.ok_or_else(|| format!("no scenario '{name}'"))?;
    let mut options = RendererOptions::new();
    if name == "refuse-names" {
        options = options.refuse_named_segments();
    }
    let renderer = match options.from_env() {
        Err(Error::NotSpawned { .. }) => options.connect(rest.last().ok_or("no endpoint")?)?,
        attached => attached?,
    };
    scenario(&renderer, rest)
}
