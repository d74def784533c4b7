//! Replays the requests of programs that know nothing of portolan, as they were recorded, with the answers that these
//! programs need.

mod action;
mod exporter;
mod ocean;
mod port_cli;
mod terraform;
