//! The one task that writes: group commit (see the parent module).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{Result, StorageError};

/// Writes that may wait; beyond it callers wait for a place.
const QUEUE: usize = 1024;
/// Writes in one transaction.
const GROUP: usize = 256;

type Work<T> =
    Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> Pin<Box<dyn Future<Output = Result<T>> + Send + 'c>> + Send>;

/// One write: runs inside the group's transaction, and is told what became of that.
trait Job: Send {
    fn run<'c>(
        &'c mut self,
        connection: &'c mut SqliteConnection,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'c>>;
    fn finish(self: Box<Self>, committed: std::result::Result<(), String>);
}

struct Pending<T> {
    work: Option<Work<T>>,
    outcome: Option<T>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T: Send> Job for Pending<T> {
    fn run<'c>(
        &'c mut self,
        connection: &'c mut SqliteConnection,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'c>> {
        Box::pin(async move {
            if let Some(work) = self.work.take() {
                self.outcome = Some(work(connection).await?);
            }
            Ok(())
        })
    }

    fn finish(self: Box<Self>, committed: std::result::Result<(), String>) {
        let answer = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => Ok(outcome),
            (Ok(()), None) => Err(StorageError::Stopping),
            (Err(reason), _) => Err(StorageError::Statement(reason)),
        };
        // Whoever asked may have hung up; what is stored stays stored.
        let _ = self.answer.send(answer);
    }
}

/// The way to the task that writes; gone once the store closes.
type Jobs = mpsc::Sender<Box<dyn Job>>;

#[derive(Clone)]
pub(super) struct Writer {
    jobs: Arc<Mutex<Option<Jobs>>>,
    task: Arc<Mutex<Option<tokio::task::JoinHandle<()>>>>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    pub(super) fn spawn(connection: SqliteConnection) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let task = tokio::spawn(serve(connection, receiver));
        Self { jobs: Arc::new(Mutex::new(Some(sender))), task: Arc::new(Mutex::new(Some(task))) }
    }

    /// Runs `work` in a transaction; returns once that is on disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut SqliteConnection) -> Pin<Box<dyn Future<Output = Result<T>> + Send + 'c>>
        + Send
        + 'static,
    ) -> Result<T> {
        let (answer, outcome) = oneshot::channel();
        let sender = self.jobs.lock().await.clone().ok_or(StorageError::Stopping)?;
        let job = Box::new(Pending { work: Some(Box::new(work)), outcome: None, answer });
        sender.send(job).await.map_err(|_| StorageError::Stopping)?;
        drop(sender);
        outcome.await.map_err(|_| StorageError::Stopping)?
    }

    /// Ends the task once everything queued is written.
    pub(super) async fn close(&self) {
        self.jobs.lock().await.take();
        if let Some(task) = self.task.lock().await.take() {
            // A panic of the task was reported where it happened.
            let _ = task.await;
        }
    }
}

async fn serve(mut connection: SqliteConnection, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
    let mut group: Vec<Box<dyn Job>> = Vec::new();
    while let Some(first) = jobs.recv().await {
        group.push(first);
        while group.len() < GROUP {
            match jobs.try_recv() {
                Ok(next) => group.push(next),
                Err(_) => break,
            }
        }
        write_group(&mut connection, &mut group).await;
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the database was not closed cleanly");
    }
}

/// All in one transaction; if one fails, the others are tried one by one, so that none suffers for another.
async fn write_group(connection: &mut SqliteConnection, group: &mut Vec<Box<dyn Job>>) {
    let jobs = std::mem::take(group);
    let mut done: Vec<Box<dyn Job>> = Vec::with_capacity(jobs.len());
    if let Err(error) = begin(connection).await {
        for job in jobs {
            job.finish(Err(error.clone()));
        }
        return;
    }
    for mut job in jobs {
        // Each write is atomic by itself inside the group.
        let outcome = match savepoint(connection, "SAVEPOINT one").await {
            Err(error) => Err(error),
            Ok(()) => match job.run(connection).await {
                Ok(()) => savepoint(connection, "RELEASE one").await,
                Err(error) => {
                    let undone = savepoint(connection, "ROLLBACK TO one").await;
                    let _ = savepoint(connection, "RELEASE one").await;
                    undone.and(Err(error.to_string()))
                }
            },
        };
        match outcome {
            Ok(()) => done.push(job),
            Err(error) => job.finish(Err(error)),
        }
    }
    let committed = savepoint(connection, "COMMIT").await;
    if let Err(error) = &committed {
        tracing::error!(%error, "the database did not commit; nothing of this group is stored");
        let _ = savepoint(connection, "ROLLBACK").await;
    }
    for job in done {
        job.finish(committed.clone());
    }
}

async fn begin(connection: &mut SqliteConnection) -> std::result::Result<(), String> {
    savepoint(connection, "BEGIN IMMEDIATE").await
}

async fn savepoint(connection: &mut SqliteConnection, statement: &'static str) -> std::result::Result<(), String> {
    sqlx::query(statement).execute(connection).await.map(drop).map_err(|error| error.to_string())
}
