//! A record as a page: one file of HTML that needs nothing else, with curves as SVG.
//!
//! ```text
//!   page                                       the sections, in order
//!   summary, strips, latency, sizes, load,
//!   scaling, table                             what is in them
//!   series                                     contenders in cases that differ in a number
//!   figure                                     plots side by side, their legends beside them
//!   chart, axis                                a plot, drawn by plotters
//!   palette, look                              what a contender looks like, on every page the same
//!   html                                       markup, into which no text gets unescaped
//! ```

mod axis;
mod chart;
mod figure;
mod html;
mod latency;
mod load;
mod look;
mod page;
mod palette;
mod scaling;
mod series;
mod sizes;
mod strips;
mod summary;
mod table;

use std::path::PathBuf;

use super::record::Record;
use crate::Result;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The record of a table.
    #[arg(long, value_name = "PATH", default_value = "target/table.json")]
    json: PathBuf,
    /// Where the page goes.
    #[arg(long, value_name = "PATH", default_value = "target/table.html")]
    out: PathBuf,
}

/// The subcommand. Always says that all is well.
///
/// # Errors
/// If there is no such record, or the page cannot be written.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let page = page::of(&Record::read(&options.json)?)?;
    if let Some(folder) = options.out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&options.out, page)
        .map_err(|error| format!("cannot write {}: {error}", options.out.display()))?;
    println!("written to {}", options.out.display());
    Ok(true)
}
