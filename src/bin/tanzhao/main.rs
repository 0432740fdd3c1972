//! The command line: parses, opens what a command needs, prints. No rule of the trade lives here.

mod args;
mod audit;
mod complaints;
mod crawl;
mod draw;
mod import;
mod joins;
mod judge;
mod leads;
mod list_args;
mod lists;
mod output;
mod purge;
mod queue;
mod search;
mod source;

use args::{Args, Command};
use clap::Parser;
use output::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Args::parse();
    output::start_log(&args);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("tanzhao: cannot start: {error}");
            return ExitCode::from(2);
        }
    };
    let result = runtime.block_on(run(args));
    // A blocked reader must not hold up the exit.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("tanzhao: {error:#}");
            Exit::of_error(&error).into()
        }
    }
}

async fn run(args: Args) -> anyhow::Result<Exit> {
    let global = args.global;
    match args.command {
        Command::Demo(demo) => crawl::demo(&global, demo).await,
        Command::Sweep(sweep) => crawl::sweep(&global, sweep).await,
        Command::Source(source) => source::source(&global, source).await,
        Command::Import(order) => import::import(&global, order).await,
        Command::Complaints(order) => complaints::complaints(&global, order).await,
        Command::Reprocess(order) => crawl::reprocess(&global, order).await,
        Command::Status(order) => crawl::status(&global, order).await,
        Command::Classify(order) => tokio::task::block_in_place(|| judge::classify(&order)),
        Command::Train(order) => tokio::task::block_in_place(|| judge::train(&order)),
        Command::Evaluate(order) => tokio::task::block_in_place(|| judge::evaluate(&order)),
        Command::Leads(order) => leads::leads(&global, order).await,
        Command::Handover(order) => leads::handover(&global, order).await,
        Command::Verify { package } => leads::verify(&package),
        Command::Draw(order) => draw::draw(&global, order).await,
        Command::Export(order) => leads::export(&global, order).await,
        Command::Search(order) => search::search(&global, order).await,
        Command::Purge(order) => purge::purge(&global, order).await,
        Command::Audit(order) => audit::audit(&global, order).await,
    }
}
