//! From stored listings to stored leads. Both halves work in steps that can be repeated: kill between any two and run again.

pub mod assessor;
pub mod linker;
