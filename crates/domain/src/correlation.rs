//! The correlation id of the call at work: it follows the task and lands in every event the task causes.

use std::future::Future;

use tracing::Instrument;

tokio::task_local! {
    static CORRELATION: String;
}

/// Runs `work` with `id` as its correlation id. A task spawned inside starts without one.
pub fn scope<F: Future>(id: String, work: F) -> impl Future<Output = F::Output> {
    CORRELATION.scope(id, work)
}

/// Lets `work` be spawned and still belong to the call that began it: under its correlation id, and in its span of the log.
pub fn carry<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let id = current();
    async move {
        match id {
            Some(id) => scope(id, work).await,
            None => work.await,
        }
    }
    .in_current_span()
}

/// The correlation id in force, if any.
pub fn current() -> Option<String> {
    CORRELATION.try_with(Clone::clone).ok()
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn is_in_force_inside_its_scope_only() {
        assert_eq!(super::current(), None);
        let inside = super::scope("c-1".to_owned(), async { super::current() }).await;
        assert_eq!(inside.as_deref(), Some("c-1"));
        assert_eq!(super::current(), None);
    }

    #[tokio::test]
    async fn goes_with_what_is_spawned_and_carried() {
        let spawned = || async {
            let with = tokio::spawn(super::carry(async { super::current() }));
            let without = tokio::spawn(async { super::current() });
            (with.await.unwrap(), without.await.unwrap())
        };
        assert_eq!(super::scope("c-1".to_owned(), spawned()).await, (Some("c-1".to_owned()), None));
        assert_eq!(spawned().await, (None, None));
    }
}
