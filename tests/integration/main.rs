//! Tests from outside the library, in one binary: one link step, one harness.

mod architecture;
mod cli;
mod hostile;
mod import;
mod kill;
mod store_contract;
mod support;
mod sweep;
