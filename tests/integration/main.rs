//! Tests from outside the library, in one binary: one link step, one harness.

mod architecture;
mod audit;
mod cli;
mod hostile;
mod kill;
mod revisit;
mod seals;
mod store_contract;
mod support;
mod sweep;
