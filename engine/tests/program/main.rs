//! The program `ringmain`, run as a program, beside mains that are programs too.

mod actors;
mod clean;
mod doctor;
mod ls;
mod picture;
mod pty;
mod stage;
mod top_live;
mod top_once;
