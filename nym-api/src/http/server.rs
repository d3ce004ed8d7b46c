//! Accepting connections, with a bound on them and on the patience for slow ones.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::shutdown::Shutdown;

/// Connections at a time, unless the process may not open so many files; more wait in the system's queue.
const CONNECTIONS: usize = 2048;
/// Files that are left for the database, keys, and questions to the chain and other signers.
const OTHER_FILES: usize = 256;
/// For the header of a request, and for the next request on an idle connection.
const HEADER_PATIENCE: Duration = Duration::from_secs(15);
/// The same while more than half of the connections are taken: those who send nothing make room soon.
const CROWDED_PATIENCE: Duration = Duration::from_secs(2);
/// A connection is closed after it, between two requests, so that nobody holds one for ever.
const LIFETIME: Duration = Duration::from_secs(600);
/// For requests under way when the end comes.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until the end, then lets requests under way finish.
pub(crate) async fn serve(listener: TcpListener, router: Router, shutdown: Shutdown) {
    let most = most_connections(&std::fs::read_to_string("/proc/self/limits").unwrap_or_default());
    let permits = Arc::new(Semaphore::new(most));
    let mut connections = JoinSet::new();
    loop {
        let permit = tokio::select! {
            permit = permits.clone().acquire_owned() => permit,
            () = shutdown.triggered() => break,
        };
        let Ok(permit) = permit else { break };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, or a connection that ended before it began.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            () = shutdown.triggered() => break,
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let patience = if permits.available_permits() < most / 2 { CROWDED_PATIENCE } else { HEADER_PATIENCE };
        let service = TowerToHyperService::new(router.clone());
        let shutdown = shutdown.clone();
        connections.spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(patience)
                .max_buf_size(64 << 10)
                .serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => Some(ended),
                () = shutdown.triggered() => None,
                () = tokio::time::sleep(LIFETIME) => None,
            };
            let ended = match ended {
                Some(ended) => ended,
                None => {
                    connection.as_mut().graceful_shutdown();
                    match tokio::time::timeout(GRACE, connection).await {
                        Ok(ended) => ended,
                        Err(_) => Ok(()),
                    }
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended");
            }
            drop(permit);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// How many connections fit beside the other files that a process may open, by Linux's description of its limits.
fn most_connections(limits: &str) -> usize {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    files.map_or(CONNECTIONS, |files| files.saturating_sub(OTHER_FILES).clamp(16, CONNECTIONS))
}

#[cfg(test)]
mod tests {
    use super::{CONNECTIONS, most_connections};

    #[test]
    fn connections_leave_files_for_the_rest() {
        let limits = |soft: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units     \n\
                 Max open files            {soft}                 1048576              files     \n"
            )
        };
        assert_eq!(most_connections(&limits("1024")), 768);
        assert_eq!(most_connections(&limits("100")), 16);
        assert_eq!(most_connections(&limits("1048576")), CONNECTIONS);
        assert_eq!(most_connections(&limits("unlimited")), CONNECTIONS);
        assert_eq!(most_connections(""), CONNECTIONS);
    }
}
