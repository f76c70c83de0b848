//! The bounded pool on which passwords are hashed, so that many logins at once slow down only each other.

use super::UsersError;
use crate::Unavailable;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many may wait for a core; one more is told that the board is busy.
const QUEUE: usize = 64;

/// As many hashes at once as there are cores, a bounded queue before them, and never on an async thread.
#[derive(Debug)]
pub(super) struct HashPool {
    places: Arc<Semaphore>,
    cores: Arc<Semaphore>,
}

impl HashPool {
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with(cores, QUEUE)
    }

    fn with(cores: usize, queue: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(cores + queue)), cores: Arc::new(Semaphore::new(cores)) }
    }

    /// Runs `work` when a core is free. A caller who hangs up while waiting leaves the queue; work that has
    /// begun keeps its core until it ends.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, UsersError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| UsersError::Busy)?;
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| UsersError::Busy)?;
        let work = move || {
            let done = work();
            drop((core, place));
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            UsersError::Unavailable(Unavailable::Away)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{HashPool, UsersError};
    use std::sync::mpsc;

    #[tokio::test]
    async fn one_more_than_the_queue_holds_is_told_busy() {
        let pool = std::sync::Arc::new(HashPool::with(1, 1));
        let (go, wait) = mpsc::channel::<()>();
        let (begun, started) = tokio::sync::oneshot::channel();
        let working = tokio::spawn({
            let pool = pool.clone();
            async move {
                pool.run(move || {
                    begun.send(()).unwrap();
                    wait.recv().unwrap();
                })
                .await
            }
        });
        started.await.unwrap();
        let waiting = pool.run(|| "done");
        tokio::pin!(waiting);
        // Polled once, it has taken the last place.
        assert!(poll_once(waiting.as_mut()).await.is_none());
        assert_eq!(pool.run(|| ()).await, Err(UsersError::Busy));
        go.send(()).unwrap();
        assert_eq!(working.await.unwrap(), Ok(()));
        assert_eq!(waiting.await, Ok("done"));
        assert_eq!(pool.run(|| 7).await, Ok(7));
    }

    async fn poll_once<F: Future>(mut work: std::pin::Pin<&mut F>) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match work.as_mut().poll(context) {
                std::task::Poll::Ready(done) => Some(done),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
