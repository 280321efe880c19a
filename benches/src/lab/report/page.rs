//! The page: its sections, in order.

use super::html::Html;
use super::palette::Palette;
use super::{latency, load, scaling, sizes, strips, summary, table};
use crate::Result;
use crate::lab::Mode;
use crate::lab::cases::{one_cpu, parked, polling};
use crate::lab::record::Record;

/// What does not depend on the record.
const STYLE: &str = include_str!("page.css");
/// Payload of most cases.
const LEN: usize = 64;

/// What the figures can be used for.
const MEANING: &[&str] = &[
    "A round trip is timed from sending a message to having read its answer, by a process of its \
     own at either end; every byte of every message is written and checked at both ends, for all \
     contenders alike.",
    "Cells are measured in turn, cycle by cycle, forwards and backwards, so that what the machine \
     does meanwhile meets all contenders. Figures are medians over the cycles, “least – most” is the \
     best and the worst cycle, and curves are those of the middle cycle.",
    "Compare figures of one page only. On another machine, under another load or with the ends on \
     other CPUs all of them change, and on virtual machines they move by a tenth from run to run.",
    "The far ends of the curves rest on few laps: at the last nine it is one. They show what the \
     scheduler and the hypervisor did as much as what a contender did.",
    "An open loop times each message from when it should have been sent. A contender that cannot \
     keep up therefore shows its queue, not its speed: ✕ marks where less than 90 % was delivered.",
    "Polling burns a CPU at each end and is how little it can take; parked is what it takes with a \
     sleep in the kernel in each direction, and one CPU what it takes when the ends have to share. \
     “CPU s/M” is the processor time of all ends, in seconds for a million messages.",
    "Floors are what the machine takes with nothing on top. References within one process do less \
     than what crosses from one process to another, and are no alternatives to it.",
    "Contenders do not promise the same. A pipe copies, a ring needs its peer's trust or a check, \
     an engine finds its peer, checks what it was sent and calls a listener; the time is that of \
     all it does.",
];

/// # Errors
/// If a figure cannot be drawn.
pub(super) fn of(record: &Record) -> Result<String> {
    let palette = Palette::of(record);
    let sections = [
        section("bars", "The bars", BARS, summary::bars(record)),
        section("glance", "At a glance", GLANCE, glance(record, &palette)),
        section("latency", "Latency, percentile by percentile", CURVES, curves(record, &palette)?),
        section("sizes", "Against the size of messages", SIZES, by_size(record, &palette)?),
        section("load", "Against offered load", LOAD, by_load(record, &palette)?),
        section(
            "renderers",
            "Against the number of renderers",
            SCALING,
            by_renderers(record, &palette)?,
        ),
        section("idle", "After idle time", IDLE, by_gap(record, &palette)?),
        section("table", "All figures", TABLE, figures(record, &palette)),
        section("left-out", "Not measured", "", left_out(record)),
        section("meaning", "What these figures mean, and what not", "", meaning()),
    ];
    let body = [header(record), Html::element("main", &[], sections)];
    let style = format!("{STYLE}\n{}", palette.css());
    let head = [
        Html::markup("<meta charset=\"utf-8\">"),
        Html::markup("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"),
        Html::markup("<meta name=\"color-scheme\" content=\"light dark\">"),
        Html::of_text("title", &[], TITLE),
        Html::element("style", &[], [Html::markup(style)]),
    ];
    let html = [Html::element("head", &[], head), Html::element("body", &[], body)];
    let html = Html::element("html", &[("lang", "en")], html).into_string();
    Ok(format!("<!DOCTYPE html>\n{html}\n"))
}

const TITLE: &str = "Ringmain beside its peers";
const BARS: &str = "What Ringmain has to reach beside its peers, in the same run. Times are those \
                    of a message; “found” is how many times theirs ours is, or how much longer it \
                    takes, cycle by cycle; “floor” is the same of the machine itself, where that is \
                    better than ours.";
const GLANCE: &str = "Times: a dot at p50 and a line to p99, on a logarithmic scale. Rates: bars, \
                      the longer the better. Ringmain's levels are blue to violet everywhere, floors \
                      grey.";
const CURVES: &str = "How rare it is for a trip to take longer: each step to the right is ten times \
                      as rare. Both axes are logarithmic.";
const SIZES: &str = "Messages without a payload have no place on a logarithmic axis; they are in the \
                     table.";
const LOAD: &str = "Each message has its appointed time; the time from then until it was read. \
                    ✕ marks rates that a contender did not keep up with.";
const SCALING: &str = "One main, so many renderers in processes of their own.";
const IDLE: &str = "A trip after both ends have slept.";
const TABLE: &str = "Every contender in every case, the fastest first. “CPU s/M” is the processor \
                     time of all ends for a million messages, “allocs” how often they asked for \
                     memory per message; “disturbed” are cycles in which an end waited for a CPU \
                     that should have been its own.";

fn header(record: &Record) -> Html {
    let links = [
        ("#bars", "bars"),
        ("#glance", "at a glance"),
        ("#latency", "latency"),
        ("#sizes", "sizes"),
        ("#load", "load"),
        ("#renderers", "renderers"),
        ("#idle", "idle time"),
        ("#table", "all figures"),
        ("#meaning", "what they mean"),
    ];
    let links = links.map(|(href, name)| Html::of_text("a", &[("href", href)], name));
    Html::element(
        "header",
        &[],
        [
            Html::of_text("h1", &[], TITLE),
            Html::of_text("p", &[("class", "date")], format!("Measured on {}", record.date)),
            summary::warnings(record),
            summary::conditions(record),
            Html::element("nav", &[], links),
        ],
    )
}

/// Nothing at all, if there is nothing in it.
fn section(id: &str, title: &str, lead: &str, content: Html) -> Html {
    if content.is_empty() {
        return Html::default();
    }
    let title = Html::of_text("h2", &[], title);
    let lead = if lead.is_empty() { Html::default() } else { Html::of_text("p", &[], lead) };
    Html::element("section", &[("id", id)], [title, lead, content])
}

fn glance(record: &Record, palette: &Palette) -> Html {
    let cases = [
        polling(Mode::RoundTrip, LEN),
        parked(Mode::RoundTrip, LEN),
        polling(Mode::OneWay, LEN),
        polling(Mode::OneWay, 64 << 10),
    ];
    let strips = cases.iter().filter_map(|case| strips::of_case(record, case, palette));
    grid(strips.collect())
}

fn grid(figures: Vec<Html>) -> Html {
    if figures.is_empty() {
        return Html::default();
    }
    Html::element("div", &[("class", "grid")], figures)
}

/// The cases that bars look at in full, other sizes folded.
fn curves(record: &Record, palette: &Palette) -> Result<Html> {
    let (mut shown, mut folded) = (Vec::new(), Vec::new());
    let first = [
        polling(Mode::RoundTrip, LEN),
        parked(Mode::RoundTrip, LEN),
        one_cpu(Mode::RoundTrip, LEN),
    ];
    for case in record.cases().into_iter().filter(|case| case.mode.is_answered()) {
        let Some(figure) = latency::percentiles(record, &case, palette)? else { continue };
        let place =
            if first.iter().any(|first| first.is(&case)) { &mut shown } else { &mut folded };
        place.push(figure);
    }
    if folded.is_empty() {
        return Ok(grid(shown));
    }
    let count = folded.len();
    let more = Html::of_text("summary", &[], format!("{count} more cases"));
    Ok(Html::from_iter([grid(shown), Html::element("details", &[], [more, grid(folded)])]))
}

fn by_size(record: &Record, palette: &Palette) -> Result<Html> {
    let figures = [
        sizes::messages(record, palette)?,
        sizes::bytes(record, palette)?,
        sizes::round_trips(record, palette)?,
    ];
    Ok(grid(figures.into_iter().flatten().collect()))
}

fn by_load(record: &Record, palette: &Palette) -> Result<Html> {
    let figures = [
        load::latency(record, palette, ("p50", |sample| sample.p50))?,
        load::latency(record, palette, ("p99", |sample| sample.p99))?,
    ];
    Ok(grid(figures.into_iter().flatten().collect()))
}

fn by_renderers(record: &Record, palette: &Palette) -> Result<Html> {
    Ok(grid(scaling::all(record, palette)?))
}

fn by_gap(record: &Record, palette: &Palette) -> Result<Html> {
    Ok(grid(latency::gaps(record, palette)?.into_iter().collect()))
}

fn figures(record: &Record, palette: &Palette) -> Html {
    record.cases().iter().map(|case| table::of_case(record, case, palette)).collect()
}

/// What is not there, and why.
fn left_out(record: &Record) -> Html {
    let absent = record.absent.iter().map(|absent| {
        let name = Html::of_text("b", &[], &absent.name);
        let command = Html::of_text("code", &[], &absent.command);
        Html::element("li", &[], [name, Html::text(" was not built: "), command])
    });
    let failed = record.cells.iter().filter_map(|cell| {
        let failure = cell.failure.as_deref()?;
        let name = Html::of_text("b", &[], &cell.contender);
        let text = Html::text(format!(" failed in “{}”: {failure}", cell.case));
        Some(Html::element("li", &[("class", "missed")], [name, text]))
    });
    let items: Html = absent.chain(failed).collect();
    if items.is_empty() { items } else { Html::element("ul", &[("class", "reasons")], [items]) }
}

fn meaning() -> Html {
    let items = MEANING.iter().map(|text| Html::of_text("li", &[], text));
    Html::element("ul", &[("class", "reasons")], items)
}
