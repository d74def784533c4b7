//! The law of the mapping: what the program says of a mapping is what the exporter does, over random repositories, mappings
//! and catalogs. The exporter is a model that is written for these tests and shares nothing with the program.

mod catalog;
mod config;
mod dice;
mod evaluated;
mod expressions;
mod generate;
mod judge;
mod model;
mod objects;
mod pushed;
mod table;
mod values;
