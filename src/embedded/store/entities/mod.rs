//! Entities: validated like the platform does, written, read and deleted. Everything that can be refused is checked
//! before anything is written.

mod delete;
mod judge;
mod links;
mod members;
mod query;
mod read;
mod refusals;
mod rename;
mod render;
mod row;
mod settle;
mod stand_in;
#[cfg(test)]
mod tests;
mod walk;
mod write;

pub(super) use judge::Judge;
pub(super) use members::{Members, damaged};
pub(super) use row::{Row, columns};
pub(super) use walk::id_list;
