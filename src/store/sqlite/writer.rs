//! The single writer: a thread that owns the writing connection and commits in groups.
//!
//! Waiting jobs are run in one transaction, each in a savepoint of its own, and every caller hears back only after the
//! commit. A job that fails takes back only itself; a commit that fails (a full disk) is told to every caller of the group.

use crate::store::{Result, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

/// Called after the commit, with the reason if it failed.
type Reply = Box<dyn FnOnce(Option<String>) + Send>;
type Job = Box<dyn FnOnce(&Connection) -> Reply + Send>;

/// Jobs waiting for the writer; callers wait beyond that.
const QUEUE: usize = 256;
/// Jobs in one transaction.
const GROUP: usize = 128;

/// A handle on the writer thread.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = std::thread::spawn(move || run(&connection, jobs));
        Self { queue: Some(queue), thread: Some(thread) }
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, heard) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = in_savepoint(connection, work);
            Box::new(move |failed| {
                let told = match failed {
                    Some(reason) if result.is_ok() => Err(StoreError::Commit(reason)),
                    _ => result,
                };
                // A caller that went away needs no answer.
                let _ = answer.send(told);
            })
        });
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(job).await.map_err(|_| StoreError::Closed)?;
        heard.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn in_savepoint<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    connection.execute_batch("SAVEPOINT job")?;
    match work(connection) {
        Ok(value) => {
            connection.execute_batch("RELEASE job")?;
            Ok(value)
        }
        Err(error) => {
            connection.execute_batch("ROLLBACK TO job; RELEASE job")?;
            Err(error)
        }
    }
}

fn run(connection: &Connection, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.blocking_recv() {
        let begun = connection.execute_batch("BEGIN IMMEDIATE");
        let mut replies = Vec::with_capacity(GROUP);
        replies.push(first(connection));
        while replies.len() < GROUP {
            let Ok(next) = jobs.try_recv() else { break };
            replies.push(next(connection));
        }
        let ended = begun.and_then(|()| connection.execute_batch("COMMIT"));
        if ended.is_err() && !connection.is_autocommit() {
            // After this nothing of the group exists, and every caller is told so below.
            if let Err(error) = connection.execute_batch("ROLLBACK") {
                tracing::error!(%error, "rollback after a failed commit");
            }
        }
        let failed = ended.err().map(|error| error.to_string());
        for reply in replies {
            reply(failed.clone());
        }
    }
}
