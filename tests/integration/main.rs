//! Tests from outside the library, in one binary: one link step, one harness.

mod architecture;
mod audit;
mod cli;
mod feedback;
mod frontier_life;
mod handover;
mod hostile;
mod import;
mod kill;
mod lists;
mod migration;
mod operators;
mod other_city;
mod queue;
mod queue_cli;
mod render;
mod retention;
mod revisit;
mod robots;
mod seals;
mod search;
mod store_contract;
mod support;
mod sweep;
mod trade;
