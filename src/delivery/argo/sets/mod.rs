//! ApplicationSets offline: the applications that their generators and templates make.

pub mod set;
