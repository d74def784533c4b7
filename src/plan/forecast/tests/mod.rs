//! Tests of the forecast over hand-made evaluations, by subject. The tests of the program run the whole command.

mod arrival;
mod dangers;
mod deletion;
mod world;
mod writes;
