//! What the hostile process can play, by name.

mod deaths;
mod flips;
mod floods;
mod greetings;
mod heads;
mod monitors;
mod records;
mod runs;
mod seals;
mod sockets;

use super::client::{Client, HungUp, kind};
use super::player::told;
use ringmain::args;

/// Plays a script.
///
/// # Panics
/// If main did what it must not, or there is no such script.
pub fn play(script: &str, endpoint: Option<&str>) {
    let name = || endpoint.expect("a script by name");
    match script {
        "good" => super::good::play(name()),
        "main under a filter" => super::filter::play(name()),
        "waits under a filter" => super::filter::wait_on_a_shared_word(),
        "seals" => seals::try_everything(endpoint),
        "holes in its own segment" => seals::punch_own(endpoint),
        "headers" => records::tell(&super::lies::HEADERS, endpoint),
        "envelopes" => records::tell(&super::lies::ENVELOPES, endpoint),
        "archives" => records::tell(&super::lies::ARCHIVES, endpoint),
        "runs" => records::tell(&super::lies::RUNS, endpoint),
        "typed" => records::tell(&super::lies::TYPED, endpoint),
        "begins a gigabyte" => runs::begins_a_gigabyte(endpoint),
        "sends a mebibyte" => super::good::send_a_mebibyte(name()),
        "begins and waits" => runs::begins_and_waits(endpoint),
        "tiny fragments" => runs::tiny_fragments(endpoint),
        "fragments until cut off" => runs::fragments_until_cut_off(endpoint),
        "flipped archives" => records::flipped_archives(endpoint),
        "random headers" => records::random_headers(endpoint),
        "random records" => records::random_records(endpoint),
        "a lie between messages" => records::lie_between_messages(endpoint),
        "call ids" => records::call_ids(endpoint),
        "channel churn" => records::churn(endpoint),
        "head of messages" => heads::of_messages(endpoint),
        "head of replies" => heads::of_replies(endpoint),
        "head line by line" => heads::line_by_line(endpoint),
        "flips words" => flips::words(endpoint),
        "flips text" => flips::text(endpoint),
        "flips nodes" => flips::nodes(endpoint),
        "arms once" => flips::arms_once(endpoint),
        "packets" => sockets::packets(endpoint),
        "descriptors" => sockets::descriptors(endpoint),
        "nudges" => sockets::nudges(endpoint),
        "never reads nudges" => sockets::never_reads(endpoint),
        "shuts writing" => sockets::shuts_writing(endpoint),
        "shuts reading" => sockets::shuts_reading(endpoint),
        "hellos of every length" => greetings::every_length(name()),
        "hellos that lie" => greetings::lies(name()),
        "random hellos" => greetings::random(name()),
        "misuses the board" => monitors::misuses_the_board(name()),
        "speaks as a monitor" => monitors::speaks(name()),
        "monitors without end" => monitors::without_end(name()),
        "says nothing" => greetings::silent(name()),
        "born and says nonsense" => greetings::born(),
        "calls and reads nothing" => floods::calls(endpoint, kind::SYNC_CALL),
        "invokes and reads nothing" => floods::calls(endpoint, kind::INVOKE),
        "invokes what never ends" => floods::endless_invokes(endpoint),
        "reads no messages" => floods::reads_no_messages(endpoint),
        "messages without end" => floods::messages(endpoint),
        "a full ring" => floods::full_ring(endpoint),
        "hangs up and writes on" => floods::writes_on(endpoint),
        "dies between claim and commit" => deaths::before_commit(endpoint),
        "dies behind the next header" => deaths::behind_next_header(endpoint),
        "dies before it rings" => deaths::before_ringing(endpoint),
        "dies after it rang" => deaths::after_ringing(endpoint),
        "leaves a child" => deaths::leaves_a_child(endpoint),
        "heir" => deaths::inherit(),
        "stopped" => deaths::stopped(endpoint),
        _ => panic!("no script '{script}'"),
    }
}

/// Attaches, with `note` in slot 0 of the channel table, and the others behind it.
fn attach(endpoint: Option<&str>) -> Client {
    let mut client = Client::attach(endpoint);
    for (slot, channel) in (0..).zip(["note", "echo", "talk", "text", "any", "sum", "never"]) {
        client.define(slot, channel);
    }
    client
}

const NOTE: u16 = 0;
const ECHO: u16 = 1;
const TALK: u16 = 2;
const TEXT: u16 = 3;
const ANY: u16 = 4;
const SUM: u16 = 5;
const NEVER: u16 = 6;

/// Has main send `count` messages of `len` bytes.
fn ask_for(client: &mut Client, count: i32, len: i32) -> Result<(), HungUp> {
    client.put(kind::MESSAGE, TALK, 0, args![count, len].archive())?;
    client.nudge();
    Ok(())
}

/// Notes a text in main's log.
fn note(client: &mut Client, text: &str) -> Result<(), HungUp> {
    client.put(kind::MESSAGE, NOTE, 0, args![text].archive())?;
    client.nudge();
    Ok(())
}

/// Does something over and over, in another thread, until the test wants the process to end.
fn until_told(mut each: impl FnMut() + Send + 'static) {
    std::thread::spawn(move || {
        loop {
            each();
        }
    });
    while told().is_some() {}
}
