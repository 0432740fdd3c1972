//! Tests from outside the library, in one binary: one link step, one harness.

mod architecture;
mod cli;
mod frontier_life;
mod hostile;
mod import;
mod kill;
mod migration;
mod store_contract;
mod support;
mod sweep;
