//! One signal that stops all tasks of a service.

use tokio::sync::watch;

/// Triggers or awaits the end. Clones share it.
#[derive(Clone, Debug)]
pub struct Shutdown {
    sender: std::sync::Arc<watch::Sender<bool>>,
}

impl Shutdown {
    /// Not triggered.
    pub fn new() -> Self {
        Self { sender: std::sync::Arc::new(watch::channel(false).0) }
    }

    /// Ends everything that waits for it.
    pub fn trigger(&self) {
        self.sender.send_replace(true);
    }

    /// Whether the end has come.
    pub fn is_triggered(&self) -> bool {
        *self.sender.borrow()
    }

    /// Returns when the end has come.
    pub async fn triggered(&self) {
        let mut receiver = self.sender.subscribe();
        // The sender lives in `self`, so the channel cannot close before.
        let _ = receiver.wait_for(|triggered| *triggered).await;
    }

    /// Sleeps; false if the end came first.
    pub async fn sleep(&self, duration: std::time::Duration) -> bool {
        tokio::select! {
            () = self.triggered() => false,
            () = tokio::time::sleep(duration) => true,
        }
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}
