//! Tests from outside the library, in one binary: one link step, one harness.

mod architecture;
mod cli;
mod hostile;
mod kill;
mod render;
mod store_contract;
mod support;
mod sweep;
